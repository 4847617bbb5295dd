/**
 * What becomes of a message: it waits, is ready to be sent (again), was delivered, was given up (`dead`), need not be sent
 * (`dropped`), or is told in another one (`merged`).
 */
export const NOTIFICATION_STATES = ['waiting', 'ready', 'delivered', 'dead', 'dropped', 'merged'] as const;
export type NotificationState = (typeof NOTIFICATION_STATES)[number];
