/* Takes away what some file systems lack and MISSING names; preloaded into the program by tests/files.rs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int lacks(const char *what) {
    const char *missing = getenv("MISSING");
    return missing && !strcmp(missing, what);
}

/* No locks at all, or as flock(2) has it for NFS: an exclusive one needs a file that is open for writing. */
int flock(int fd, int operation) {
    if (lacks("locks")) {
        errno = ENOTSUP;
        return -1;
    }
    if (lacks("read-only locks") && (operation & LOCK_EX) && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY) {
        errno = EBADF;
        return -1;
    }
    int (*real)(int, int) = dlsym(RTLD_NEXT, "flock");
    return real(fd, operation);
}

/* No flushing of folders. */
int fsync(int fd) {
    struct stat found;
    if (lacks("folder flushing") && !fstat(fd, &found) && S_ISDIR(found.st_mode)) {
        errno = EINVAL;
        return -1;
    }
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    return real(fd);
}
