import { routerConfig } from "../../components/openbmpd/routerConfig";

const lines = routerConfig("2001:db8::10", 5001);

test("IOS XR is told the server by address and port, globally", () => {
    expect(lines.iosXr.split("\n").filter((line) => !line.startsWith("!"))).toEqual([
        "bmp server 1",
        " host 2001:db8::10 port 5001",
        " description openbmp",
        " initial-refresh delay 30 spread 2",
        " stats-reporting-period 60",
    ]);
    expect(lines.iosXr).toContain("bmp-activate server 1");
});

test("Junos opens the session itself, and every line is a command of its own", () => {
    const station = "set routing-options bmp station openbmp";
    expect(lines.junos.split("\n")).toEqual([
        `${station} station-address 2001:db8::10`,
        `${station} station-port 5001`,
        `${station} connection-mode active`,
        `${station} route-monitoring pre-policy`,
        `${station} statistics-timeout 60`,
    ]);
});

test("FRR monitors both families", () => {
    expect(lines.frr.split("\n").slice(1)).toEqual([
        "bmp targets openbmp",
        " bmp connect 2001:db8::10 port 5001 min-retry 1000 max-retry 30000",
        " bmp stats interval 60000",
        " bmp monitor ipv4 unicast pre-policy",
        " bmp monitor ipv6 unicast pre-policy",
        "exit",
    ]);
});
