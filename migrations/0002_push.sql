CREATE TABLE `push_states` (
	`monitor` integer PRIMARY KEY NOT NULL,
	`rule` text NOT NULL,
	`watched_since` integer NOT NULL,
	`last_report` integer,
	`due` integer NOT NULL,
	`spoken_until` integer NOT NULL,
	`last_slot` integer,
	`status` text NOT NULL,
	`reason` text,
	`runs` text NOT NULL,
	`left_at` integer
) STRICT;
--> statement-breakpoint
CREATE TABLE `reports` (
	`key` integer PRIMARY KEY NOT NULL,
	`monitor` integer NOT NULL,
	`at` integer NOT NULL,
	`kind` text NOT NULL,
	`exit_status` integer,
	`run` text,
	`run_us` integer,
	`message` text,
	`text` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `reports_monitor` ON `reports` (`monitor`);