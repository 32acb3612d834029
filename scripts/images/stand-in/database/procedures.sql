CREATE PROCEDURE DeleteRouter(IN routerName varchar(200))
DELETE FROM routers WHERE name = routerName;
