/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EGRESSCTL_COMMANDS_H
#define EGRESSCTL_COMMANDS_H

#include "args.h"

/* What main.c's table runs. Each returns a status. */
int adopt(const struct command *command, int argc, char **argv);
int allocate(const struct command *command, int argc, char **argv);
int app_list(const struct command *command, int argc, char **argv);
int app_set(const struct command *command, int argc, char **argv);
int app_show(const struct command *command, int argc, char **argv);
int bind_machine(const struct command *command, int argc, char **argv);
int top(const struct command *command, int argc, char **argv);
int get_route(const struct command *command, int argc, char **argv);
int check(const struct command *command, int argc, char **argv);
int cordon(const struct command *command, int argc, char **argv);
int flush(const struct command *command, int argc, char **argv);
int lease_list(const struct command *command, int argc, char **argv);
int list(const struct command *command, int argc, char **argv);
int machine_add(const struct command *command, int argc, char **argv);
int machine_cut(const struct command *command, int argc, char **argv);
int machine_del(const struct command *command, int argc, char **argv);
int machine_list(const struct command *command, int argc, char **argv);
int machine_replace(const struct command *command, int argc, char **argv);
int machine_set(const struct command *command, int argc, char **argv);
int machine_show(const struct command *command, int argc, char **argv);
int pair_set(const struct command *command, int argc, char **argv);
int pool_add(const struct command *command, int argc, char **argv);
int pool_del(const struct command *command, int argc, char **argv);
int pool_drain(const struct command *command, int argc, char **argv);
int pool_list(const struct command *command, int argc, char **argv);
int pool_replace(const struct command *command, int argc, char **argv);
int promote(const struct command *command, int argc, char **argv);
int rebalance(const struct command *command, int argc, char **argv);
int release(const struct command *command, int argc, char **argv);
int stats(const struct command *command, int argc, char **argv);

#endif
