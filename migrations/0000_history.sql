CREATE TABLE `heads` (
	`monitor` integer PRIMARY KEY NOT NULL,
	`slot` integer NOT NULL,
	`interval_ms` integer NOT NULL,
	`status` text NOT NULL,
	`reason` text,
	`since` integer NOT NULL,
	`status_code` integer,
	`duration_us` integer
) STRICT;
--> statement-breakpoint
CREATE TABLE `journal` (
	`slot` integer NOT NULL,
	`monitor` integer NOT NULL,
	`location` integer NOT NULL,
	`interval_ms` integer NOT NULL,
	`back_ms` integer,
	`status` text NOT NULL,
	`reason` text,
	`status_code` integer,
	`late_ms` integer,
	`duration_us` integer,
	`dns_us` integer,
	`connect_us` integer,
	`tls_us` integer,
	`wait_us` integer,
	`body_us` integer,
	`message` text,
	PRIMARY KEY(`slot`, `monitor`, `location`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `locations` (
	`key` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `locations_name_unique` ON `locations` (`name`);--> statement-breakpoint
CREATE TABLE `meta` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `monitors` (
	`key` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`target` text NOT NULL,
	`group_name` text,
	`tags` text NOT NULL,
	`enabled` integer NOT NULL,
	`interval_ms` integer NOT NULL,
	`timeout_ms` integer NOT NULL,
	`created_at` integer NOT NULL,
	`removed_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `monitors_id_unique` ON `monitors` (`id`);--> statement-breakpoint
CREATE TABLE `spans` (
	`monitor` integer NOT NULL,
	`start` integer NOT NULL,
	`status` text NOT NULL,
	`reason` text,
	PRIMARY KEY(`monitor`, `start`)
) STRICT, WITHOUT ROWID;
