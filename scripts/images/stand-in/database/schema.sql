CREATE TABLE routers (
    hash_id char(32) NOT NULL PRIMARY KEY,
    name varchar(200) NOT NULL,
    ip_address varchar(46) NOT NULL,
    router_AS int unsigned,
    timestamp timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    description varchar(255) NOT NULL DEFAULT '',
    isConnected tinyint(1) NOT NULL DEFAULT 0,
    isPassive tinyint(1) NOT NULL DEFAULT 0,
    term_reason_code int unsigned,
    term_reason_text varchar(255) NOT NULL DEFAULT '',
    init_data varchar(255) NOT NULL DEFAULT '',
    collector_hash_id char(32) NOT NULL,
    KEY name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE VIEW v_routers AS
SELECT name AS RouterName, ip_address AS RouterIP, router_AS AS RouterAS, description,
    isConnected, isPassive, term_reason_code AS LastTermCode, term_reason_text AS LastTermReason,
    init_data AS InitData, DATE_FORMAT(timestamp, '%Y-%m-%dT%T.%fZ') AS LastModified
FROM routers;
