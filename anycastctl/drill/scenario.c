/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario.c - the table of drills. */
#include "anycastctl/drill/scenario.h"

#include <math.h>
#include <string.h>

#define S 1000.0

/* In the order detect, withdraw, proof, traffic_gone, restore, lost. */
#define LIMITS(...)                                                                                \
    {                                                                                              \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define NONE NAN

const struct scenario scenarios[] = {
    {
        .name = "withdraw",
        .about = "leave at once, as an operator orders it",
        .intent = "withdrawn",
        .confirms = true,
        .withdraws = true,
        .for_ms = 60 * 1000,
        .limits = LIMITS(1 * S, 5 * S, 10 * S, NONE, 60 * S, 0),
        .steps = { "anycastd is ordered to withdraw; it announces \"leaving\", looks whether enough "
                   "others announce, and withdraws",
                   "the providers take another site's route; queries move there",
                   "the order ends, and the site announces again after its rise" },
        .reverts = "the order has an end, which anycastd keeps by itself",
    },
    {
        .name = "drain",
        .about = "leave without losing a query, as before maintenance",
        .intent = "drain",
        .confirms = true,
        .withdraws = true,
        .for_ms = 8 * 60 * 1000,
        .limits = LIMITS(1 * S, NONE, NONE, NONE, 60 * S, 0),
        .steps = { "anycastd announces \"drain\" (GRACEFUL_SHUTDOWN): queries move away while this "
                   "site still answers",
                   "when few are left, and drain.min is over, it withdraws",
                   "the order ends, and the site announces again after its rise" },
        .reverts = "the order has an end, which anycastd keeps by itself",
    },
    {
        .name = "dnsd-crash",
        .about = "kill -9 of dnsd",
        .act = "dnsd-kill",
        .confirms = true,
        .withdraws = true,
        .loses_by_port = true,
        .for_ms = 30 * 1000,
        .limits = LIMITS(100, 200, 5 * S, NONE, 60 * S, 100),
        .steps = { "anycastd sees the process end, and withdraws at once",
                   "queries on their way meet a closed port: they are lost",
                   "dnsd is started again, and announced after its rise and hold" },
        .reverts = "by dnsd's service manager; else anycastdrill starts it when the time is over",
    },
    {
        .name = "dnsd-hang",
        .about = "dnsd stops in its tracks (SIGSTOP)",
        .act = "dnsd-stop",
        .confirms = true,
        .withdraws = true,
        .loses_in_queue = true,
        .for_ms = 5 * 1000, /* less than the watchdog of dnsd's unit, which would kill it */
        .limits = LIMITS(400, 1 * S, 5 * S, NONE, 60 * S, NONE),
        .steps = { "no report comes and no probe is answered: within 400 ms that is a hang",
                   "anycastd withdraws at once; queries until then wait in vain",
                   "dnsd goes on, and is announced after its rise and hold" },
        .reverts = "anycastdrill lets it go on when the time is over, or when we are gone",
    },
    {
        .name = "dnsd-wrong-answers",
        .about = "dnsd answers SERVFAIL, and reports that all is well",
        .act = "dnsd-servfail",
        .confirms = true,
        .withdraws = true,
        .loses_by_rcode = true,
        .for_ms = 20 * 1000,
        .limits = LIMITS(500, 5 * S, 10 * S, NONE, 60 * S, NONE),
        .steps = { "own probes get SERVFAIL while the report says \"serving\"",
                   "anycastd goes to \"leaving\", and withdraws where enough others announce",
                   "the zones answer again, and are announced after their rise and hold" },
        .reverts = "dnsd keeps the time by itself; anycastdrill ends it earlier",
    },
    {
        .name = "bird-crash",
        .about = "kill -9 of BIRD",
        .act = "bird-kill",
        .withdraws = true,
        .for_ms = 30 * 1000,
        .limits = LIMITS(1 * S, NONE, NONE, NONE, 90 * S, 10),
        .steps = { "its sessions end with it: the providers take another site's route at once",
                   "dnsd answers what is still on its way",
                   "BIRD is started again, announces nothing by itself, and anycastd announces "
                   "after its rise" },
        .reverts = "by BIRD's service manager; else anycastdrill starts it when the time is over",
    },
    {
        .name = "controller-crash",
        .about = "kill -9 of anycastd",
        .act = "anycastd-kill",
        .for_ms = 30 * 1000,
        .limits = LIMITS(NONE, NONE, NONE, NONE, 30 * S, 0),
        .steps = { "the guard takes over, finds dnsd answering, and changes nothing",
                   "no route changes, and no query is lost",
                   "anycastd is started again, and goes on with what BIRD announces" },
        .reverts =
            "by anycastd's service manager; else anycastdrill starts it when the time is over",
    },
    {
        .name = "link-loss",
        .about =
            "silence between BIRD and its providers' routers (BGP and BFD; queries still pass)",
        .act = "link-drop",
        .withdraws = true,
        .for_ms = 20 * 1000,
        .limits = LIMITS(10 * S, NONE, NONE, NONE, 90 * S, 10),
        .steps = { "BFD (or the hold time) runs out on both sides, and the sessions fall",
                   "the providers take another site's route; what they still send here is answered",
                   "packets pass again, the sessions come up, and the site is announced" },
        .reverts = "by anycastdrill when the time is over; by the kernel, if anycastdrill is gone",
    },
    { 0 },
};

const struct scenario *scenario_find(const char *name)
{
    for (const struct scenario *s = scenarios; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}
