import { describeModes } from "../e2e/modes";

// The mode proxy is refused beside the nftables backend of 29.
describeModes({ engine: "20.10", datapath: /^dnat: / });
describeModes({ engine: "28.5", datapath: /^native: / });
describeModes({ engine: "29", datapath: /^native: / });
