CREATE TABLE `blocks` (
	`key` integer PRIMARY KEY NOT NULL,
	`data` blob NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `days` (
	`key` integer PRIMARY KEY NOT NULL,
	`data` blob NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `group_settings` (
	`name` text PRIMARY KEY NOT NULL,
	`rule` text NOT NULL,
	`slo_target` real,
	`slo_window_ms` integer
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `hours` (
	`key` integer PRIMARY KEY NOT NULL,
	`data` blob NOT NULL
) STRICT;
--> statement-breakpoint
ALTER TABLE `journal` ADD `family` integer;--> statement-breakpoint
ALTER TABLE `journal` ADD `attempt` integer;--> statement-breakpoint
ALTER TABLE `monitors` ADD `slo_target` real;--> statement-breakpoint
ALTER TABLE `monitors` ADD `slo_window_ms` integer;--> statement-breakpoint
ALTER TABLE `monitors` ADD `retention` text;
