import ControlPlane
import Glibc
import Synchronization

/// Ctrl-C for commands that follow what goes on without them: they are told, and end with what they have to say.
enum Interruption {
    private static let count = Atomic<Int>(0)
    private static let first = Atomic<Int32>(0)
    private static let place = Mutex<String?>(nil)

    /// From now on the first Ctrl-C is noted, and the second ends the program as any does.
    ///
    /// - Parameter heedsEnd: what ends programs in order, SIGTERM and SIGHUP, is noted as well, however often it comes: others
    ///   send it, who do not know of one another.
    static func note(heedsEnd: Bool = false) {
        // Made before a handler can need it.
        _ = count.load(ordering: .relaxed)
        _ = first.load(ordering: .relaxed)
        signal(SIGINT) { _ in
            _ = Interruption.first.compareExchange(expected: 0, desired: SIGINT, ordering: .relaxed)
            if Interruption.count.add(1, ordering: .relaxed).newValue > 1 { _exit(ExitStatus.interrupted.rawValue) }
        }
        for number in heedsEnd ? [SIGTERM, SIGHUP] : [] {
            signal(number) { number in
                _ = Interruption.first.compareExchange(expected: 0, desired: number, ordering: .relaxed)
                _ = Interruption.count.compareExchange(expected: 0, desired: 1, ordering: .relaxed)
            }
        }
    }

    static var hasCome: Bool { count.load(ordering: .relaxed) > 0 }

    /// A file in which whoever ends this program in order says who it is; nil where nobody does.
    static var sender: String? {
        get { place.withLock { $0 } }
        set { place.withLock { $0 = newValue } }
    }

    /// By what it was interrupted, in words.
    static var reason: String {
        switch first.load(ordering: .relaxed) {
        case SIGTERM:
            let words = sender.flatMap { (try? SystemFile.readOwn($0, most: 256)) ?? nil }
            let text = words.map { String(decoding: $0, as: UTF8.self) }.flatMap { $0.isEmpty ? nil : $0 }
            return "interrupted by \(text ?? "SIGTERM")"
        case SIGHUP: return "interrupted by SIGHUP"
        default: return "interrupted by Ctrl-C"
        }
    }
}
