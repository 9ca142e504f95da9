import MeshBase
import Wire

/// One call of one service, from its admission to its answer.
struct Invocation: Sendable {
    enum Stage: Sendable, Equatable {
        /// Waits for a worker.
        case queued
        /// Its own work: waiting or burning.
        case working
        /// Waits for the call of this edge; the invocation that works on it, while it does.
        case calling(edge: Int, child: SlabKey?)
        /// Undoing, from this edge downwards, what succeeded before a core call failed.
        case compensating(edge: Int, child: SlabKey?)
    }
    enum Owner: Sendable, Equatable {
        case asker(CellAsker)
        case parent(SlabKey)
        /// Nobody waits: its caller gave up.
        case nobody
    }

    var service: Int
    var owner: Owner
    var customer: CustomerHash
    var priority: Priority
    var deadline: Instant
    var stage = Stage.queued
    /// How each call went.
    var results: EdgeResults = EdgeResults()
    /// Set while compensating: what to answer afterwards.
    var failure: ServiceOutcome?
}

/// How a service call ended.
enum ServiceOutcome: Sendable, Equatable {
    case ok
    /// Its own work failed.
    case failed
    /// No worker and no place in the queue.
    case rejected
    /// There was room, kept for what matters more than this class.
    case shed(Priority)
    case timedOut
    /// A core call that it needs failed; the edge of the failure.
    case dependency(edge: Int)

    var status: UInt16 {
        switch self {
        case .ok: 200
        case .failed: 500
        case .rejected, .shed: 503
        case .timedOut: 504
        case .dependency: 502
        }
    }
}

/// Four bits for each of up to 64 edges: what the caller got from it.
struct EdgeResults: Sendable, Equatable {
    enum Result: UInt8, Sendable {
        case notCalled = 0
        case ok, cached, generic, `static`, empty, skipped, failed, compensated, shed

        var name: StaticString {
            switch self {
            case .notCalled: "not-called"
            case .ok: "ok"
            case .cached: "cached"
            case .generic: "generic"
            case .static: "static"
            case .empty: "empty"
            case .skipped: "skipped"
            case .failed: "failed"
            case .compensated: "compensated"
            case .shed: "shed"
            }
        }
        /// The caller answered without the real thing.
        var isDegraded: Bool {
            switch self {
            case .cached, .generic, .static, .empty, .skipped: true
            case .notCalled, .ok, .failed, .compensated, .shed: false
            }
        }
    }
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    subscript(edge: Int) -> Result {
        get {
            let shift = UInt64(edge % 16 * 4)
            return Result(rawValue: UInt8(word(edge / 16) >> shift & 15)) ?? .notCalled
        }
        set {
            let shift = UInt64(edge % 16 * 4)
            let cleared = word(edge / 16) & ~(15 << shift)
            setWord(edge / 16, cleared | UInt64(newValue.rawValue) << shift)
        }
    }

    private func word(_ index: Int) -> UInt64 {
        switch index {
        case 0: words.0
        case 1: words.1
        case 2: words.2
        default: words.3
        }
    }
    private mutating func setWord(_ index: Int, _ value: UInt64) {
        switch index {
        case 0: words.0 = value
        case 1: words.1 = value
        case 2: words.2 = value
        default: words.3 = value
        }
    }

    static func == (a: EdgeResults, b: EdgeResults) -> Bool { a.words == b.words }
}
