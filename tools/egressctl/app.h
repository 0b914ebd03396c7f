/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_APP_H
#define EGRESSCTL_APP_H

/* Returns a status: not-found, and says so, if there is no such app; NULL is any. */
int app_must_exist(const char *app);

#endif
