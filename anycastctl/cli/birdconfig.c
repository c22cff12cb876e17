/* SPDX-License-Identifier: GPL-3.0-or-later */
/* birdconfig.c - bird-config: from bgp.conf to bird.conf, shown, compared, checked, written or
 * applied. */
#include "anycastctl/cli/birdconfig.h"
#include "anycastctl/cli/diff.h"
#include "anycastctl/cli/show.h"
#include "bird/ask.h"
#include "bird/config/dialect.h"
#include "bird/config/program.h"
#include "bird/config/render.h"
#include "common/jsonread.h"
#include "common/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GREETING_MS = 1000 }; /* a BIRD that runs is silent for no longer */

const char *birdconfig_program(void)
{
    const char *program = getenv("BIRD");
    return program && *program ? program : "bird";
}

/* ---- which BIRD ---- */

static int choose_dialect(const struct cli *cli, const struct bird_input *input,
                          struct dialect *out, struct err *err)
{
    char version[32];
    if (cli->bird_version)
        return dialect_of(cli->bird_version, out, err) ? err_wrap(err, "--bird-version") : 0;
    struct bird_ask *running = bird_ask_open(input->bird.socket, GREETING_MS, NULL);
    if (running) {
        int result = dialect_of(bird_ask_version(running), out, err);
        bird_ask_close(running);
        return result;
    }
    if (bird_program_version(birdconfig_program(), version, sizeof version, err))
        return err_wrap(err,
                        "which BIRD is it for? None runs, and none is installed: say "
                        "--bird-version (%s)",
                        input->bird.socket);
    return dialect_of(version, out, err);
}

/* ---- what to do with it ---- */

/* The difference as text; *differs is whether there is one. New memory. */
static char *diff_of(const struct plan *plan, const struct bird_files *installed,
                     const struct bird_files *fresh, bool *differs)
{
    char *text = NULL, *name = mem_printf("%s/" BIRD_CONF_NAME, plan->input->bird.dir);
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        abort();
    *differs = diff_texts(out, name, installed->conf, "bird.conf as it would be", fresh->conf);
    fclose(out);
    free(name);
    return text;
}

static int show_diff(const struct cli *cli, const struct plan *plan, const struct bird_files *fresh,
                     struct err *err)
{
    struct bird_files installed;
    bool differs;
    if (bird_files_read(plan->input->bird.dir, &installed, err))
        return cli_trouble(err);
    char *text = diff_of(plan, &installed, fresh, &differs);
    const bool secret = fresh->passwords && !(installed.passwords &&
                                              strcmp(installed.passwords, fresh->passwords) == 0);
    if (cli->json) {
        json_t *all = json_pack("{s:b, s:o, s:b}", "differs", differs || secret, "diff",
                                json_text(text), "passwords_differ", (int)secret);
        show_json(all);
        json_decref(all);
    } else {
        fputs(text, stdout);
        if (secret)
            puts("passwords.conf differs (it is never shown)");
    }
    free(text);
    bird_files_free(&installed);
    return differs || secret ? EXIT_UNHEALTHY : EXIT_HEALTHY;
}

static int check(const struct cli *cli, const struct dialect *dialect,
                 const struct bird_files *fresh, struct err *err)
{
    if (bird_program_check(birdconfig_program(), fresh, err))
        return cli_trouble(err);
    if (cli->json) {
        json_t *all = json_pack("{s:b, s:s}", "ok", 1, "version", dialect->version);
        show_json(all);
        json_decref(all);
    } else {
        show_line(cli->colour, SHOW_GOOD, "bird.conf for BIRD %s: %s takes it", dialect->version,
                  birdconfig_program());
    }
    return EXIT_HEALTHY;
}

static int make_folder(const char *path, struct err *err)
{
    return mkdir(path, 0755) < 0 && errno != EEXIST ? err_sys(err, "make folder %s", path) : 0;
}

static int write_output(const struct cli *cli, const struct plan *plan,
                        const struct bird_files *fresh, struct err *err)
{
    if (make_folder(cli->output, err) ||
        bird_files_write(cli->output, plan->input->bird.group, fresh, err))
        return cli_trouble(err);
    printf("%s/" BIRD_CONF_NAME "\n", cli->output);
    if (fresh->passwords)
        printf("%s/" BIRD_PASSWORDS_NAME "\n", cli->output);
    return EXIT_HEALTHY;
}

static int act(const struct cli *cli, const struct plan *plan, const struct dialect *dialect,
               const struct bird_files *fresh)
{
    struct err err;
    if (cli->diff)
        return show_diff(cli, plan, fresh, &err);
    if (cli->check)
        return check(cli, dialect, fresh, &err);
    if (cli->apply)
        return birdconfig_apply(cli, plan, fresh);
    if (cli->output)
        return write_output(cli, plan, fresh, &err);
    fputs(fresh->conf, stdout);
    return fflush(stdout) ? EXIT_TROUBLE : EXIT_HEALTHY;
}

/* What only shows bird.conf needs no password, and who looks at it need not be root. */
static bool needs_passwords(const struct cli *cli)
{
    return cli->diff || cli->check || cli->apply || cli->output;
}

static int run(const struct cli *cli, const struct bird_input *input, struct plan *plan)
{
    struct err err;
    struct dialect dialect;
    if (choose_dialect(cli, input, &dialect, &err) ||
        (needs_passwords(cli) && plan_read_passwords(plan, &err)))
        return cli_trouble(&err);
    struct bird_files fresh = {
        .conf = render_bird_conf(plan, &dialect),
        .passwords = needs_passwords(cli) ? render_passwords(plan) : NULL,
    };
    int code = act(cli, plan, &dialect, &fresh);
    bird_files_free(&fresh);
    return code;
}

static int read_input(const struct cli *cli, struct bird_input *out, struct err *err)
{
    const char *path = cli->config ? cli->config : PROXIMA_SYSCONFDIR "/bgp.conf";
    if (access(path, F_OK))
        return err_sys(err, "%s (--config names another file; bgp.conf(5) says what is in it)",
                       path);
    return bird_input_read(path, out, err);
}

int cmd_bird_config(const struct cli *cli)
{
    struct err err;
    struct bird_input input;
    if (cli->diff + cli->check + cli->apply + cli->profiles + (cli->output != NULL) > 1) {
        err_set(&err,
                "bird-config: one of --diff, --check, --apply, --output, --profiles at a time");
        return cli_trouble(&err);
    }
    if (cli->profiles)
        return birdconfig_profiles(cli);
    if (read_input(cli, &input, &err))
        return cli_trouble(&err);
    struct plan *plan = mem_zalloc(sizeof *plan); /* large for a stack */
    int code = EXIT_TROUBLE;
    if (plan_make(&input, plan, &err) == 0) {
        code = run(cli, &input, plan);
        plan_free(plan);
    } else {
        cli_trouble(&err);
    }
    free(plan);
    bird_input_free(&input);
    return code;
}
