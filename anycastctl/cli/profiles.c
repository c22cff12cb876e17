/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profiles.c - bird-config --profiles: the providers that are known, and what is known of them. */
#include "anycastctl/cli/birdconfig.h"
#include "anycastctl/cli/show.h"
#include "bird/config/profile.h"

#include <stdio.h>

static json_t *texts_json(const char *const *texts)
{
    json_t *array = json_array();
    for (int i = 0; i < PROFILE_TEXTS_MAX && texts[i]; i++)
        json_array_append_new(array, json_string(texts[i]));
    return array;
}

static void set_text(json_t *object, const char *key, const char *value)
{
    if (value)
        json_object_set_new(object, key, json_string(value));
}

static json_t *profile_json(const struct profile *p)
{
    json_t *object = json_object();
    set_text(object, "name", p->name);
    set_text(object, "text", p->text);
    set_text(object, "advice", p->advice);
    if (p->asn)
        json_object_set_new(object, "asn", json_integer(p->asn));
    set_text(object, "neighbor4", p->neighbor4);
    set_text(object, "neighbor6", p->neighbor6);
    if (p->multihop)
        json_object_set_new(object, "multihop", json_integer(p->multihop));
    set_text(object, "role", p->role);
    set_text(object, "import", p->import);
    set_text(object, "blackhole", p->blackhole);
    json_object_set_new(object, "backup_communities", texts_json(p->backup));
    json_object_set_new(object, "sources", texts_json(p->source));
    return object;
}

static void print_texts(const char *what, const char *const *texts)
{
    for (int i = 0; i < PROFILE_TEXTS_MAX && texts[i]; i++)
        printf("    %-10s %s\n", i ? "" : what, texts[i]);
}

static void print_text(const char *what, const char *text)
{
    if (text)
        printf("    %-10s %s\n", what, text);
}

static void print_profile(const struct profile *p, bool colour)
{
    show_line(colour, SHOW_BOLD, "%s  -  %s", p->name, p->text);
    if (p->asn)
        printf("    %-10s %u\n", "asn", p->asn);
    print_text("neighbor4", p->neighbor4);
    print_text("neighbor6", p->neighbor6);
    if (p->multihop)
        printf("    %-10s %u\n", "multihop", p->multihop);
    print_text("role", p->role);
    print_text("import", p->import);
    print_text("blackhole", p->blackhole);
    print_texts("backup", p->backup);
    print_text("know", p->advice);
    print_texts("source", p->source);
    putchar('\n');
}

int birdconfig_profiles(const struct cli *cli)
{
    json_t *all = json_array();
    for (const struct profile *p = profiles; p->name; p++) {
        if (cli->json)
            json_array_append_new(all, profile_json(p));
        else
            print_profile(p, cli->colour);
    }
    if (cli->json)
        show_json(all);
    json_decref(all);
    return EXIT_HEALTHY;
}
