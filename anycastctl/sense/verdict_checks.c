/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verdict_checks.c - rules about external checks. Each has the class that the operator gave it. */
#include "anycastctl/sense/verdict_scene.h"

static bool is_about(const struct check_facts *check, const struct scene *s)
{
    return check->settings->service < 0 || check->settings->service == (int)s->index;
}

/* Says which one is in this state, if any of this class is. */
static bool is_any(const struct scene *s, enum check_state state, enum cause_class class)
{
    for (size_t i = 0; i < s->node->check_count; i++) {
        const struct check_facts *check = &s->node->check[i];
        if (check->state == state && check->settings->class == class && is_about(check, s))
            return scene_hold(s, "check %s: %s", check->settings->name,
                              state == CHECK_AWAITED ? "not ended yet" : check->detail);
    }
    return false;
}

bool checks_fail_wrong(const struct scene *s)
{
    return is_any(s, CHECK_FAILS, CLASS_WRONG);
}

bool checks_fail_soft(const struct scene *s)
{
    return is_any(s, CHECK_FAILS, CLASS_SOFT);
}

/* One that cannot be run says nothing: it is as good as none, but somebody should know. */
bool checks_fail_alarm(const struct scene *s)
{
    return is_any(s, CHECK_FAILS, CLASS_ALARM) || is_any(s, CHECK_NOT_RUN, CLASS_WRONG) ||
           is_any(s, CHECK_NOT_RUN, CLASS_SOFT) || is_any(s, CHECK_NOT_RUN, CLASS_ALARM);
}

bool checks_awaited(const struct scene *s)
{
    return is_any(s, CHECK_AWAITED, CLASS_WRONG) || is_any(s, CHECK_AWAITED, CLASS_SOFT);
}
