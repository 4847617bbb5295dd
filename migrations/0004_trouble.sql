CREATE TABLE `channel_states` (
	`channel` text PRIMARY KEY NOT NULL,
	`failures` integer NOT NULL,
	`failing_since` integer,
	`open_until` integer,
	`last_delivered_at` integer,
	`last_error` text,
	`reported_at` integer
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `deliveries` (
	`key` integer PRIMARY KEY NOT NULL,
	`notification` integer NOT NULL,
	`attempt` integer NOT NULL,
	`at` integer NOT NULL,
	`took_ms` integer NOT NULL,
	`outcome` text NOT NULL,
	`status_code` integer,
	`answer` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `deliveries_notification` ON `deliveries` (`notification`);--> statement-breakpoint
CREATE TABLE `incident_events` (
	`key` integer PRIMARY KEY NOT NULL,
	`incident` integer NOT NULL,
	`at` integer NOT NULL,
	`kind` text NOT NULL,
	`data` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `incident_events_incident` ON `incident_events` (`incident`);--> statement-breakpoint
CREATE TABLE `incident_evidence` (
	`incident` integer NOT NULL,
	`moment` text NOT NULL,
	`slot` integer NOT NULL,
	`location` integer NOT NULL,
	`data` text NOT NULL,
	PRIMARY KEY(`incident`, `moment`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `incidents` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`monitor` integer,
	`location` integer,
	`severity` text NOT NULL,
	`status` text NOT NULL,
	`started_at` integer NOT NULL,
	`opened_at` integer NOT NULL,
	`resolved_at` integer,
	`closed_at` integer,
	`resolution` text,
	`cause` text,
	`flapping` integer DEFAULT 0 NOT NULL,
	`acknowledged_at` integer,
	`acknowledged_by` text,
	`silenced_until` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `incidents_monitor` ON `incidents` (`monitor`,`started_at`);--> statement-breakpoint
CREATE INDEX `incidents_open` ON `incidents` (`monitor`) WHERE resolved_at IS NULL;--> statement-breakpoint
CREATE INDEX `incidents_started` ON `incidents` (`started_at`);--> statement-breakpoint
CREATE TABLE `maintenance` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`for` text NOT NULL,
	`start` integer NOT NULL,
	`end` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`ended_at` integer
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `maintenance_periods` (
	`monitor` integer NOT NULL,
	`start` integer NOT NULL,
	`end` integer NOT NULL,
	`plan` text NOT NULL,
	`name` text NOT NULL,
	PRIMARY KEY(`monitor`, `start`, `plan`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `maintenance_periods_end` ON `maintenance_periods` (`end`);--> statement-breakpoint
CREATE TABLE `notifications` (
	`key` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`channel` text NOT NULL,
	`kind` text NOT NULL,
	`policy` text,
	`seq` integer,
	`incident` integer,
	`step` integer NOT NULL,
	`state` text NOT NULL,
	`why` text,
	`created_at` integer NOT NULL,
	`told_by` integer NOT NULL,
	`due_at` integer NOT NULL,
	`decided_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`delivered_at` integer,
	`answer` text,
	`merged_into` integer,
	`message` text
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `notifications_id_unique` ON `notifications` (`id`);--> statement-breakpoint
CREATE INDEX `notifications_waiting` ON `notifications` (`due_at`) WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX `notifications_reason` ON `notifications` (`why`,`channel`,`due_at`) WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX `notifications_pending` ON `notifications` (`incident`,`channel`) WHERE state IN ('waiting', 'ready');--> statement-breakpoint
CREATE INDEX `notifications_ready` ON `notifications` (`channel`,`due_at`) WHERE state = 'ready';--> statement-breakpoint
CREATE INDEX `notifications_gathered` ON `notifications` (`channel`,`kind`,`state`) WHERE kind IN ('storm', 'digest');--> statement-breakpoint
CREATE INDEX `notifications_merged` ON `notifications` (`merged_into`) WHERE merged_into IS NOT NULL;--> statement-breakpoint
CREATE INDEX `notifications_decided` ON `notifications` (`channel`,`decided_at`);--> statement-breakpoint
CREATE INDEX `notifications_incident` ON `notifications` (`incident`,`channel`,`kind`,`step`);--> statement-breakpoint
CREATE INDEX `notifications_channel` ON `notifications` (`channel`,`created_at`);--> statement-breakpoint
CREATE UNIQUE INDEX `notifications_once` ON `notifications` (`seq`,`channel`,`kind`,`step`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`at` integer NOT NULL,
	`monitor` integer,
	`incident` integer,
	`severity` text NOT NULL,
	`data` text NOT NULL,
	`planned_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `outbox_unplanned` ON `outbox` (`seq`) WHERE planned_at IS NULL;--> statement-breakpoint
CREATE INDEX `outbox_incident` ON `outbox` (`incident`);--> statement-breakpoint
CREATE INDEX `outbox_channels` ON `outbox` (`seq`) WHERE kind = 'channel_failing';--> statement-breakpoint
ALTER TABLE `heads` ADD `last_status` text;--> statement-breakpoint
ALTER TABLE `heads` ADD `machine` text;--> statement-breakpoint
ALTER TABLE `monitors` ADD `rules` text;--> statement-breakpoint
ALTER TABLE `monitors` ADD `depends_on` text;--> statement-breakpoint
ALTER TABLE `monitors` ADD `severity` text DEFAULT 'critical' NOT NULL;--> statement-breakpoint
UPDATE `heads` SET `machine` = '{"failures":null,"successes":null,"degraded":null,"settled":null,"changes":[],"flapping":false}' WHERE `status` IN ('down', 'degraded');
