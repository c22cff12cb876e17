/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_policy_space.c - the policy in every state it can reach under small rules: a breadth-first
 * search over all inputs, each step held against the laws; then long random walks under other
 * rules, where the runs of observations are counted again from the recorded history. */
#include "tests/unit/policy_laws.h"

#include "common/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- the inputs ------------------------------------------------------------------------------- */

enum { INPUTS_MAX = 2048 };

static const enum cause class_samples[] = { CAUSE_NONE, CAUSE_UNKNOWN, CAUSE_ZONE_STALE,
                                            CAUSE_ANSWER_WRONG, CAUSE_DNSD_DEAD };

/* What is told at the same time by operators and by dnsd's wish to leave. */
static const struct order_sample {
    enum intent intent;
    bool force, stopping, quiet;
} orders[] = {
    { INTENT_AUTO, false, false, false },      { INTENT_AUTO, false, true, false },
    { INTENT_AUTO, false, true, true },        { INTENT_DRAIN, false, false, false },
    { INTENT_DRAIN, false, false, true },      { INTENT_DRAIN, true, false, true },
    { INTENT_WITHDRAWN, false, false, false }, { INTENT_WITHDRAWN, true, false, false },
    { INTENT_WITHDRAWN, false, true, false },  { INTENT_FORCED, false, false, false },
    { INTENT_FORCED, false, true, false },
};

/* What the other sites do. To be blind is the same as below the floor. */
static const struct fleet_sample {
    enum policy_floor floor;
    bool alone, behind, looked;
} fleets[] = {
    { FLOOR_NONE, false, false, false },   { FLOOR_BROKEN, true, false, false },
    { FLOOR_BROKEN, false, false, false }, { FLOOR_HOLDS, false, false, false },
    { FLOOR_HOLDS, false, false, true },   { FLOOR_HOLDS, false, true, true },
};

/* May it make a difference what the other sites do? The walks below vary everything. */
static bool is_told_apart(enum cause_class class, const struct order_sample *order,
                          const struct fleet_sample *fleet)
{
    const bool gated = !order->stopping && !order->force && order->intent != INTENT_FORCED;
    const bool leaving = class == CLASS_WRONG || order->intent != INTENT_AUTO;

    if (fleet->floor == FLOOR_NONE)
        return true;
    if (class == CLASS_FATAL || !gated)
        return false;
    return fleet->alone ? order->intent == INTENT_AUTO && class != CLASS_WRONG : leaving;
}

static size_t list_inputs(struct policy_input *out)
{
    size_t n = 0;

    for (size_t c = 0; c < sizeof(class_samples) / sizeof(class_samples[0]); c++)
        for (size_t o = 0; o < sizeof(orders) / sizeof(orders[0]); o++)
            for (size_t f = 0; f < sizeof(fleets) / sizeof(fleets[0]); f++)
                for (int bits = 0; bits < 8; bits++) {
                    if (!is_told_apart(cause_class(class_samples[c]), &orders[o], &fleets[f]))
                        continue;
                    assert_true(n < INPUTS_MAX);
                    out[n++] = (struct policy_input){ .elapsed_ms = bits & 1,
                                                      .observed = bits & 2,
                                                      .confirmed = bits & 4,
                                                      .cause = class_samples[c],
                                                      .floor = fleets[f].floor,
                                                      .alone = fleets[f].alone,
                                                      .behind = fleets[f].behind,
                                                      .looked = fleets[f].looked,
                                                      .intent = orders[o].intent,
                                                      .force = orders[o].force,
                                                      .stopping = orders[o].stopping,
                                                      .quiet = orders[o].quiet };
                }
    return n;
}

/* --- the search ------------------------------------------------------------------------------- */

struct node {
    struct policy state;
    struct shadow shadow;
    uint32_t parent;
    uint16_t input; /* that led here */
};

struct space {
    const struct policy_rules *rules;
    struct policy_input inputs[INPUTS_MAX];
    size_t input_count;
    struct node *nodes;
    size_t count, cap;
    uint32_t *slots; /* node number + 1; 0: free */
    size_t slot_mask;
};

static size_t hash_node(const struct node *node)
{
    uint64_t words[offsetof(struct node, parent) / sizeof(uint64_t)];
    uint64_t h = 0;

    memcpy(words, node, sizeof(words));
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        h = (h ^ words[i]) * 0x9e3779b97f4a7c15u;
    return (size_t)(h ^ h >> 29);
}

static bool same_node(const struct node *a, const struct node *b)
{
    return memcmp(a, b, offsetof(struct node, parent)) == 0;
}

static void space_rehash(struct space *space, size_t slot_count)
{
    free(space->slots);
    space->slots = mem_calloc(slot_count, sizeof(space->slots[0]));
    space->slot_mask = slot_count - 1;
    for (size_t i = 0; i < space->count; i++) {
        size_t at = hash_node(&space->nodes[i]) & space->slot_mask;
        while (space->slots[at])
            at = (at + 1) & space->slot_mask;
        space->slots[at] = (uint32_t)i + 1;
    }
}

/* Adds the node unless it is there already. */
static void space_add(struct space *space, const struct node *node)
{
    size_t at = hash_node(node) & space->slot_mask;

    for (; space->slots[at]; at = (at + 1) & space->slot_mask) {
        if (same_node(&space->nodes[space->slots[at] - 1], node))
            return;
    }
    if (space->count == space->cap) {
        space->cap = space->cap ? 2 * space->cap : 1024;
        space->nodes = mem_realloc(space->nodes, space->cap * sizeof(space->nodes[0]));
    }
    space->nodes[space->count++] = *node;
    space->slots[at] = (uint32_t)space->count;
    if (4 * space->count > 3 * space->slot_mask)
        space_rehash(space, 2 * (space->slot_mask + 1));
}

static void print_path(const struct space *space, uint32_t number)
{
    const struct node *node = &space->nodes[number];

    if (node->parent == number) {
        fprintf(stderr, "  found %s\n", level_name((enum level)node->state.level));
        return;
    }
    print_path(space, node->parent);
    struct transition t;
    transition_take(&t, &space->nodes[node->parent].state, space->rules,
                    &space->inputs[node->input]);
    transition_print(&t);
}

static void fail_with_path(const struct space *space, uint32_t number, const struct transition *t,
                           const char *law)
{
    print_path(space, number);
    if (t)
        transition_print(t);
    fail_msg("broken: %s", law);
}

static void check_state(const struct space *space, uint32_t number)
{
    const struct policy *state = &space->nodes[number].state;
    const char *broken = law_recovers(state, space->rules);

    if (!broken)
        broken = law_leaves(state, space->rules);
    if (!broken)
        broken = law_leaves_by_the_floor(state, space->rules);
    if (broken)
        fail_with_path(space, number, NULL, broken);
}

static void visit(struct space *space, uint32_t number)
{
    check_state(space, number);
    for (size_t i = 0; i < space->input_count; i++) {
        struct node next = space->nodes[number];
        struct transition t;
        transition_take(&t, &next.state, space->rules, &space->inputs[i]);
        const char *broken = laws_check(&t, &next.shadow);
        if (!broken)
            broken = t.in.elapsed_ms && t.in.observed ? law_time_splits(&t) : law_next_is_true(&t);
        if (broken)
            fail_with_path(space, number, &t, broken);
        next.state = t.after;
        next.parent = number;
        next.input = (uint16_t)i;
        space_add(space, &next);
    }
}

static void search(const struct policy_rules *rules)
{
    struct space space = { .rules = rules };

    space.input_count = list_inputs(space.inputs);
    space_rehash(&space, 1024);
    for (int level = 0; level < LEVEL_COUNT; level++) {
        struct node start;
        memset(&start, 0, sizeof(start)); /* nodes are compared as bytes */
        start.state = policy_begin((enum level)level, rules);
        start.shadow = shadow_begin(rules);
        start.parent = (uint32_t)space.count;
        space_add(&space, &start);
    }
    for (uint32_t i = 0; i < space.count; i++)
        visit(&space, i);
    print_message("policy: %zu states, %zu transitions\n", space.count,
                  space.count * space.input_count);
    free(space.nodes);
    free(space.slots);
}

/* What a sanitizer's slowness allows. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SEARCH_SETTLE_MS = 1 };
#else
enum { SEARCH_SETTLE_MS = 2 };
#endif

static void all_states_obey_the_laws(void **unused)
{
    (void)unused;
    const struct policy_rules rules = { .fall = 2,
                                        .rise = 2,
                                        .hold_ms = 1,
                                        .flap = { 2, 1 },
                                        .settle_ms = SEARCH_SETTLE_MS,
                                        .drain_min_ms = 1,
                                        .drain_max_ms = 2,
                                        .linger_ms = 2 };
    search(&rules);
}

static void all_states_obey_the_laws_without_delays(void **unused)
{
    (void)unused;
    const struct policy_rules rules = { .fall = 1, .rise = 1, .flap = { 1, 1 }, .settle_ms = 1 };
    search(&rules);
}

/* --- random walks ------------------------------------------------------------------------------
 */

enum { HISTORY = 64, WALK_STEPS = 20000 };

struct walk {
    uint64_t seed;
    struct policy_rules rules;
    struct policy_input history[HISTORY]; /* a ring; the newest stands at (steps - 1) % HISTORY */
    size_t steps;
};

static uint32_t walk_random(struct walk *walk, uint32_t below)
{
    walk->seed ^= walk->seed << 13; /* xorshift64 */
    walk->seed ^= walk->seed >> 7;
    walk->seed ^= walk->seed << 17;
    return (uint32_t)(walk->seed >> 32) % below;
}

static void walk_choose_rules(struct walk *walk)
{
    walk->rules = (struct policy_rules){
        .fall = (uint8_t)(1 + walk_random(walk, 4)),
        .rise = (uint8_t)(1 + walk_random(walk, 6)),
        .hold_ms = walk_random(walk, 30),
        .flap = { (uint8_t)(1 + walk_random(walk, 6)), 1 + walk_random(walk, 200) },
        .settle_ms = 1 + walk_random(walk, 12),
        .drain_min_ms = walk_random(walk, 10),
        .drain_max_ms = 10 + walk_random(walk, 30),
        .linger_ms = walk_random(walk, 20),
    };
}

/* Inputs tend to stay as they are, so that waits come to their end; now and then one is an extreme.
 */
static struct policy_input walk_choose_input(struct walk *walk, const struct policy_input *last)
{
    struct policy_input in = *last;

    if (walk_random(walk, 4) == 0)
        in.cause = (enum cause)walk_random(walk, CAUSE_COUNT);
    if (walk_random(walk, 10) == 0)
        in.cause = CAUSE_NONE;
    if (walk_random(walk, 20) == 0) {
        in.intent = (enum intent)walk_random(walk, INTENT_FORCED + 1);
        in.stopping = walk_random(walk, 3) == 0;
        in.force = walk_random(walk, 3) == 0;
    }
    if (walk_random(walk, 12) == 0) {
        in.floor = (enum policy_floor)walk_random(walk, FLOOR_BLIND + 1);
        in.alone = in.floor == FLOOR_BROKEN && walk_random(walk, 2) == 0;
    }
    in.behind = walk_random(walk, 8) == 0;
    in.looked = walk_random(walk, 2) == 0;
    if (walk_random(walk, 8) == 0) {
        in.intent = INTENT_AUTO;
        in.stopping = false;
    }
    in.quiet = walk_random(walk, 4) == 0;
    in.confirmed = walk_random(walk, 4) != 0;
    in.observed = walk_random(walk, 2) == 0;
    in.elapsed_ms = walk_random(walk, 100) == 0 ? UINT32_MAX : walk_random(walk, 6);
    return in;
}

/* Observed rounds at the end of the history that all are within [least, most]. */
static unsigned walk_run(const struct walk *walk, enum cause_class least, enum cause_class most)
{
    const size_t kept = walk->steps < HISTORY ? walk->steps : HISTORY;
    unsigned run = 0;

    for (size_t i = 1; i <= kept; i++) {
        const struct policy_input *in = &walk->history[(walk->steps - i) % HISTORY];
        const enum cause_class class = cause_class(in->cause);
        if (class < least || class > most || class == CLASS_UNKNOWN)
            break;
        run += in->observed;
    }
    return run;
}

static const char *walk_check_runs(const struct walk *walk, const struct transition *t)
{
    const enum cause_class class = cause_class(t->in.cause);
    const bool free = t->in.intent == INTENT_AUTO && !t->in.stopping;
    const unsigned bad = walk_run(walk, CLASS_SOFT, CLASS_FATAL);
    const unsigned wrong = walk_run(walk, CLASS_WRONG, CLASS_FATAL);
    const enum cause_class most = t->out.level == LEVEL_NORMAL ? CLASS_ALARM : CLASS_SOFT;

    if (!free)
        return NULL;
    if (policy_is_rise((enum level)t->before.level, t->out.level) &&
        walk_run(walk, CLASS_GOOD, most) < walk->rules.rise)
        return "up only after `rise` rounds that allow it";
    if (t->out.changed && t->out.level == LEVEL_BACKUP && t->before.level == LEVEL_NORMAL &&
        bad < walk->rules.fall)
        return "down to backup only after `fall` bad rounds";
    if (class != CLASS_FATAL && t->out.changed && t->out.level == LEVEL_WITHDRAWN &&
        wrong < walk->rules.fall)
        return "withdrawn for wrong answers only after `fall` wrong rounds";
    if (bad >= walk->rules.fall && t->out.level == LEVEL_NORMAL)
        return "not normal after `fall` bad rounds";
    if (wrong >= walk->rules.fall && t->in.floor == FLOOR_NONE && t->out.level != LEVEL_WITHDRAWN)
        return "withdrawn after `fall` wrong rounds where there is no floor";
    if (wrong >= walk->rules.fall && t->in.floor == FLOOR_HOLDS && t->out.level > LEVEL_LEAVING)
        return "leaving after `fall` wrong rounds if the floor holds";
    return NULL;
}

/* Causes of one class are treated alike. */
static const char *walk_check_class(struct walk *walk, const struct transition *t)
{
    struct policy_input in = t->in;
    in.cause = (enum cause)walk_random(walk, CAUSE_COUNT);
    if (cause_class(in.cause) != cause_class(t->in.cause))
        return NULL;
    struct transition other;
    transition_take(&other, &t->before, t->rules, &in);
    return memcmp(&other.after, &t->after, sizeof(t->after)) == 0 ? NULL
                                                                  : "the class alone decides";
}

static void walk_run_once(struct walk *walk)
{
    const uint64_t seed = walk->seed;
    walk_choose_rules(walk);
    struct policy state = policy_begin((enum level)walk_random(walk, LEVEL_COUNT), &walk->rules);
    struct shadow shadow = shadow_begin(&walk->rules);
    struct policy_input in = { .cause = CAUSE_UNKNOWN };

    for (walk->steps = 0; walk->steps < WALK_STEPS;) {
        in = walk_choose_input(walk, &in);
        struct transition t;
        transition_take(&t, &state, &walk->rules, &in);
        walk->history[walk->steps++ % HISTORY] = in;
        const char *broken = laws_check(&t, &shadow);
        broken = broken ? broken : walk_check_runs(walk, &t);
        broken = broken ? broken : walk_check_class(walk, &t);
        broken = broken ? broken : law_next_is_true(&t);
        broken = broken ? broken : law_time_splits(&t);
        if (broken) {
            transition_print(&t);
            fail_msg("broken: %s (seed %#llx, step %zu)", broken, (unsigned long long)seed,
                     walk->steps);
        }
        state = t.after;
    }
}

static void long_walks_obey_the_laws(void **unused)
{
    (void)unused;
    struct walk walk = { .seed = 0x9e3779b97f4a7c15u };

    for (int i = 0; i < 20; i++)
        walk_run_once(&walk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_states_obey_the_laws),
        cmocka_unit_test(all_states_obey_the_laws_without_delays),
        cmocka_unit_test(long_walks_obey_the_laws),
    };
    return cmocka_run_group_tests_name("policy_space", tests, NULL, NULL);
}
