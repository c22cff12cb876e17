/* SPDX-License-Identifier: GPL-3.0-or-later */
/* policy.c - the table of checks, and what operators make of it. */
#include "dnsd/zone/policy.h"

#include <string.h>

_Static_assert(CHECK_COUNT <= 64, "a set of checks is a uint64_t");

const struct check_row check_rows[CHECK_COUNT] = {
#define ROW(id, name, usual, least, rfc, text) [id] = { name, usual, least, rfc, text },
    ZONE_CHECKS(ROW)
#undef ROW
};

static const char *const level_names[] = {
    [CHECK_OFF] = "off",
    [CHECK_WARNING] = "warning",
    [CHECK_ERROR] = "error",
};

const char *check_level_name(enum check_level level)
{
    return level_names[level];
}

struct check_policy check_policy_usual(void)
{
    struct check_policy policy = {
        .signature_warning_s = 3 * 86400, /* a weekend, for signers that renew a week before */
    };
    for (int check = 0; check < CHECK_COUNT; check++)
        policy.levels[check] = (uint8_t)check_rows[check].usual;
    return policy;
}

/* CHECK_COUNT: there is none. */
static int check_of(const char *name, size_t len)
{
    int check = 0;
    while (check < CHECK_COUNT && (strlen(check_rows[check].name) != len ||
                                   memcmp(check_rows[check].name, name, len) != 0))
        check++;
    return check;
}

static int level_of(const char *name)
{
    int level = CHECK_ERROR;
    while (level >= CHECK_OFF && strcmp(level_names[level], name) != 0)
        level--;
    return level;
}

int check_policy_set(struct check_policy *policy, const char *setting, struct err *err)
{
    const char *equals = strchr(setting, '=');
    if (!equals)
        return err_set(err, "\"%s\" is not CHECK=LEVEL", setting);
    const size_t len = (size_t)(equals - setting);
    const int check = check_of(setting, len), level = level_of(equals + 1);
    if (check == CHECK_COUNT)
        return err_set(err, "there is no check \"%.*s\": see dnsd --list-checks", (int)len,
                       setting);
    if (level < CHECK_OFF)
        return err_set(err, "\"%s\" is not off, warning or error", equals + 1);
    if (level < (int)check_rows[check].least)
        return err_set(err, "%s cannot be less than %s: the zone could not be answered from",
                       check_rows[check].name, check_level_name(check_rows[check].least));
    policy->levels[check] = (uint8_t)level;
    return 0;
}

uint64_t check_policy_at(const struct check_policy *policy, enum check_level level)
{
    uint64_t set = 0;
    for (int check = 0; check < CHECK_COUNT; check++)
        if (policy->levels[check] == level)
            set |= check_bit((enum check_id)check);
    return set;
}

bool zone_verdict_holds(const struct zone_verdict *verdict, const struct check_policy *policy)
{
    const uint64_t warnings = check_policy_at(policy, CHECK_WARNING),
                   errors = check_policy_at(policy, CHECK_ERROR);
    return ((warnings | errors) & ~verdict->judged) == 0 && (verdict->found & ~warnings) == 0;
}

uint64_t zone_verdict_times(const struct zone_verdict *verdict, const struct check_policy *policy,
                            int64_t now)
{
    uint64_t set = 0;
    if (!verdict->signed_until)
        return 0;
    if (verdict->signed_from > now)
        set |= check_bit(CHECK_SIGNATURE_NOT_YET);
    if (verdict->signed_until < now)
        set |= check_bit(CHECK_SIGNATURE_EXPIRED);
    else if (verdict->signed_until - now < policy->signature_warning_s)
        set |= check_bit(CHECK_SIGNATURE_NEAR_EXPIRY);
    return set & ~check_policy_at(policy, CHECK_OFF);
}

char *check_names(uint64_t set, char out[CHECK_NAMES_MAX])
{
    char *to = out;
    *to = '\0';
    for (int check = 0; check < CHECK_COUNT; check++) {
        if (!(set & check_bit((enum check_id)check)))
            continue;
        if (to > out)
            to = stpcpy(to, ",");
        to = stpcpy(to, check_rows[check].name);
    }
    return out;
}
