# The macros that keep configure.ac readable: flags that the compiler may lack, and libraries that the machine may.

# PROXIMA_COMPILER_FLAGS(VARIABLE, FLAGS): those of FLAGS that the compiler takes without a word.
AC_DEFUN([PROXIMA_COMPILER_FLAGS], [
    AC_MSG_CHECKING([compiler flags for $1])
    $1=
    proxima_saved_CFLAGS=$CFLAGS
    for flag in m4_normalize([$2]); do
        CFLAGS="$proxima_saved_CFLAGS -Werror $flag"
        AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]])], [AS_VAR_APPEND([$1], [" $flag"])])
    done
    CFLAGS=$proxima_saved_CFLAGS
    AC_MSG_RESULT([$$1])
    AC_SUBST([$1])
])

# PROXIMA_LINKER_FLAGS(VARIABLE, FLAGS): those of FLAGS that the linker takes.
AC_DEFUN([PROXIMA_LINKER_FLAGS], [
    AC_MSG_CHECKING([linker flags for $1])
    $1=
    proxima_saved_LDFLAGS=$LDFLAGS
    proxima_saved_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -fPIE"
    for flag in m4_normalize([$2]); do
        LDFLAGS="$proxima_saved_LDFLAGS $flag"
        AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AS_VAR_APPEND([$1], [" $flag"])])
    done
    LDFLAGS=$proxima_saved_LDFLAGS
    CFLAGS=$proxima_saved_CFLAGS
    AC_MSG_RESULT([$$1])
    AC_SUBST([$1])
])

# PROXIMA_SANITIZER(LIST): sets SANITIZE_FLAGS for compiling and linking, or stops.
AC_DEFUN([PROXIMA_SANITIZER], [
    SANITIZE_FLAGS="-fsanitize=$1 -fno-omit-frame-pointer"
    case $1 in *undefined*) SANITIZE_FLAGS="$SANITIZE_FLAGS -fno-sanitize-recover=undefined" ;; esac
    proxima_saved_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS $SANITIZE_FLAGS"
    AC_LINK_IFELSE([AC_LANG_PROGRAM()], [],
        [AC_MSG_ERROR([$CC cannot build with -fsanitize=$1: say "address,undefined" or "thread"])])
    CFLAGS=$proxima_saved_CFLAGS
    AC_SUBST([SANITIZE_FLAGS])
])

# PROXIMA_FUZZER: sets FUZZ_CFLAGS and FUZZ_LDFLAGS, or stops.
AC_DEFUN([PROXIMA_FUZZER], [
    FUZZ_CFLAGS=-fsanitize=fuzzer-no-link
    FUZZ_LDFLAGS=-fsanitize=fuzzer
    proxima_saved_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS $FUZZ_LDFLAGS"
    AC_LINK_IFELSE([AC_LANG_SOURCE([[
        #include <stddef.h>
        #include <stdint.h>
        int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
        int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return data && size ? 0 : 0; }]])], [],
        [AC_MSG_ERROR([--enable-fuzz needs clang with libFuzzer: apt-get install clang, then configure CC=clang])])
    CFLAGS=$proxima_saved_CFLAGS
    AC_SUBST([FUZZ_CFLAGS])
    AC_SUBST([FUZZ_LDFLAGS])
])

# PROXIMA_MISSING(WHAT, DEBIAN-PACKAGE, PURPOSE): says so in one line, and remembers it.
AC_DEFUN([PROXIMA_MISSING], [
    AC_MSG_WARN([$1 is missing, needed for $3: apt-get install $2])
    proxima_missing="$proxima_missing $2"
])

# PROXIMA_NEED_PKG(VARIABLE, MODULE, DEBIAN-PACKAGE, PURPOSE): a library that pkg-config knows.
AC_DEFUN([PROXIMA_NEED_PKG], [
    PKG_CHECK_MODULES([$1], [$2], [], [PROXIMA_MISSING([$2], [$3], [$4])])
])

# PROXIMA_NEED_LIB(VARIABLE, LIBRARY, HEADER, FUNCTION, DEBIAN-PACKAGE, PURPOSE): one without a .pc file.
AC_DEFUN([PROXIMA_NEED_LIB], [
    proxima_saved_LIBS=$LIBS
    proxima_found=yes
    AC_CHECK_HEADER([$3], [], [proxima_found=no])
    AC_CHECK_LIB([$2], [$4], [:], [proxima_found=no])
    LIBS=$proxima_saved_LIBS
    AS_IF([test $proxima_found = yes], [$1_LIBS=-l$2], [PROXIMA_MISSING([lib$2], [$5], [$6])])
    AC_SUBST([$1_LIBS])
])

# PROXIMA_STOP_IF_MISSING: one closing line that names all missing packages.
AC_DEFUN([PROXIMA_STOP_IF_MISSING], [
    AS_IF([test -n "$proxima_missing"], [AC_MSG_ERROR([missing libraries: apt-get install$proxima_missing])])
])
