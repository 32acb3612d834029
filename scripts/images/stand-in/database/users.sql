CREATE TABLE users (
    username varchar(50) NOT NULL PRIMARY KEY,
    password varchar(50) NOT NULL,
    type varchar(10) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT INTO users VALUES ('openbmp', PASSWORD('CiscoRA'), 'admin');
