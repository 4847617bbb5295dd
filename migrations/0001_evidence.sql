CREATE TABLE `evidence` (
	`monitor` integer NOT NULL,
	`location` integer NOT NULL,
	`status` text NOT NULL,
	`slot` integer NOT NULL,
	`data` text NOT NULL,
	PRIMARY KEY(`monitor`, `location`, `status`)
) STRICT;
--> statement-breakpoint
ALTER TABLE `journal` ADD `traced` integer;
