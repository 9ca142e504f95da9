import Glibc
import Synchronization

/// Ctrl-C for commands that follow what goes on without them: they are told, and end with what they have to say.
enum Interruption {
    private static let count = Atomic<Int>(0)

    /// From now on the first Ctrl-C is noted, and the second ends the program as any does.
    ///
    /// - Parameter heedsEnd: what ends programs in order, SIGTERM and SIGHUP, is noted as well, however often it comes: others
    ///   send it, who do not know of one another.
    static func note(heedsEnd: Bool = false) {
        // Made before a handler can need it.
        _ = count.load(ordering: .relaxed)
        signal(SIGINT) { _ in
            if Interruption.count.add(1, ordering: .relaxed).newValue > 1 { _exit(ExitStatus.interrupted.rawValue) }
        }
        for number in heedsEnd ? [SIGTERM, SIGHUP] : [] {
            signal(number) { _ in
                _ = Interruption.count.compareExchange(expected: 0, desired: 1, ordering: .relaxed)
            }
        }
    }

    static var hasCome: Bool { count.load(ordering: .relaxed) > 0 }
}
