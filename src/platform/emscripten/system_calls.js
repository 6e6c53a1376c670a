// Two system calls that emscripten's files in memory get wrong, put right for whoever links the library: em++ is given this
// file with --js-library. The versions that need it are in cmake/Platform.cmake.
mergeInto(LibraryManager.library, {
  // By the open file: the path that it was opened by may be another file's by now, or nobody's.
  __syscall_fstat64__deps: ['$SYSCALLS', '$FS'],
  __syscall_fstat64: function (fd, buffer) {
    var stream = SYSCALLS.getStreamFromFD(fd);
    return SYSCALLS.doStat(function () { return stream.node.node_ops.getattr(stream.node); }, stream.path, buffer);
  },

  // The C library changes a mode without following links through /proc/self/fd, which here is no link to the file.
  __syscall_fchmodat__deps: ['$SYSCALLS', '$FS'],
  __syscall_fchmodat: function (directory, name, mode) {
    var path = SYSCALLS.calculateAt(directory, SYSCALLS.getStr(name));
    var link = /^\/proc\/self\/fd\/(\d+)$/.exec(path);
    if (link) {
      FS.fchmod(Number(link[1]), mode);
    } else {
      FS.chmod(path, mode);
    }
    return 0;
  },
});
