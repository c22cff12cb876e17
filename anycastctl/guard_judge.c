/* SPDX-License-Identifier: GPL-3.0-or-later */
/* guard_judge.c - weighs the probes' facts, nothing else. */
#include "anycastctl/guard_judge.h"

struct mono guard_heard(const struct judge_rules *rules, const struct prober_facts *facts)
{
    return facts->answers > 0 ? facts->answered : rules->since;
}

enum judgement guard_judge(const struct judge_rules *rules, const struct prober_facts *facts,
                           const struct stall *stall, struct mono now)
{
    if (facts->udp.state == PATH_REFUSED || facts->udp.state == PATH_NO_ADDRESS)
        return JUDGE_SILENT;
    struct mono heard = guard_heard(rules, facts);
    int64_t silent_ms = stall_age_ms(stall, heard, now);
    if (silent_ms > rules->silent_ms && mono_before(heard, facts->vain))
        return JUDGE_SILENT;
    if (silent_ms > rules->silent_ms / 2)
        return JUDGE_DOUBTFUL;
    return facts->answers > 0 ? JUDGE_ANSWERS : JUDGE_ASKING;
}
