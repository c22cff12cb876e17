/* SPDX-License-Identifier: GPL-3.0-or-later */
/* names.h - what our protocols are called in BIRD, and the commands that name them.
 *
 * Each service has one static protocol per address family and announced level:
 *     svc_<service>_<4|6>_<level>        svc_dns_4_normal, svc_dns_6_drain
 * A service's name has no underscore, so that the pattern svc_dns_4_* can never hit another one's.
 */
#ifndef PROXIMA_BIRD_NAMES_H
#define PROXIMA_BIRD_NAMES_H

#include "common/level.h"

#include <stdbool.h>

#define BIRD_SERVICE_MAX 20 /* longest name of a service, without NUL */
#define BIRD_NAME_MAX    40 /* any of our names or patterns, with NUL */
#define BIRD_COMMAND_MAX 64 /* any command built here, with NUL */

struct bird_name {
    char service[BIRD_SERVICE_MAX + 1]; /* [a-z0-9]+ */
    int family;                         /* 4 or 6 */
    enum level level;                   /* never LEVEL_WITHDRAWN: that is no protocol's */
};

/* True for [a-z0-9]+ of at most BIRD_SERVICE_MAX bytes. */
bool bird_service_valid(const char *service);

/* "svc_dns_4_normal". `name` must be valid. Returns `out`. */
char *bird_name_text(const struct bird_name *name, char out[BIRD_NAME_MAX]);

/* The reverse. Returns -1 for any other text (another protocol of the operator's). */
int bird_name_parse(const char *text, struct bird_name *out);

/* Commands, without the newline. Return `out`. */
char *bird_command_enable(const struct bird_name *name, char out[BIRD_COMMAND_MAX]);
char *bird_command_disable(const struct bird_name *name, char out[BIRD_COMMAND_MAX]);

/* disable "svc_dns_4_*": all levels of a service in one family. All of them go within one command,
 * so that no better level shows up in between. */
char *bird_command_withdraw(const char *service, int family, char out[BIRD_COMMAND_MAX]);

/* disable "svc_*": everything that we may ever have announced. */
#define BIRD_COMMAND_WITHDRAW_ALL "disable \"svc_*\""
#define BIRD_COMMAND_STATUS       "show status"
#define BIRD_COMMAND_PROTOCOLS    "show protocols"

#endif
