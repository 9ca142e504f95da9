import Glibc

/// Says which run it was when the simulator or a node in it traps, and ends with the code of a crash.
///
/// A trap leaves nothing that could be relied on, so that what is to be said is made up before each run.
enum CrashReporter {
    nonisolated(unsafe) private static var key = pthread_key_t()
    nonisolated(unsafe) private static var isInstalled = false

    static func install() {
        guard !isInstalled else { return }
        isInstalled = true
        pthread_key_create(&key) { free($0) }
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
            signal(number) { _ in CrashReporter.crashed() }
        }
    }

    /// What this thread is about to run.
    static func begin(_ line: String) {
        guard isInstalled else { return }
        let old = pthread_getspecific(key)
        pthread_setspecific(key, strdup("crashed; replay: \(line)\n"))
        free(old)
    }

    private static func crashed() {
        if let line = pthread_getspecific(key) {
            _ = write(STDERR_FILENO, line, strlen(line.assumingMemoryBound(to: CChar.self)))
        }
        _exit(SimExit.crash)
    }
}
