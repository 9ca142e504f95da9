import Glibc
import Synchronization

/// Ctrl-C for commands that follow what goes on without them: they are told, and end with what they have to say.
enum Interruption {
    private static let count = Atomic<Int>(0)

    /// From now on the first Ctrl-C is noted, and the second ends the program as any does.
    ///
    /// - Parameter heedsEnd: what ends programs in order, SIGTERM and SIGHUP, is noted as well.
    static func note(heedsEnd: Bool = false) {
        // Made before a handler can need it.
        _ = count.load(ordering: .relaxed)
        for number in heedsEnd ? [SIGINT, SIGTERM, SIGHUP] : [SIGINT] {
            signal(number) { _ in
                if Interruption.count.add(1, ordering: .relaxed).newValue > 1 { _exit(ExitStatus.interrupted.rawValue) }
            }
        }
    }

    static var hasCome: Bool { count.load(ordering: .relaxed) > 0 }
}
