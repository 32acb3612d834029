import { routerConfig } from "../../components/routerConfig";

test.each(["iosXr", "junos", "frr"] as const)("the lines for %s name the collector's address and port", (system) => {
    const lines = routerConfig("2001:db8::10", 5001)[system];
    expect(lines).toContain("2001:db8::10");
    expect(lines).toContain("5001");
});
