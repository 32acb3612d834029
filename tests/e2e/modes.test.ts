import { describeModes } from "./modes";

describeModes({ engine: "26.1", datapath: /^dnat: / });
