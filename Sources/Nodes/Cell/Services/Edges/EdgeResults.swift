/// Twice four bits for each of up to 64 edges: what the caller got from it, and how much of it.
struct EdgeResults: Sendable, Equatable {
    enum Result: UInt8, Sendable {
        case notCalled = 0
        case ok, cached, generic, `static`, empty, skipped, failed, compensated, shed
        /// Answered with less than all: the detail has tenths of quality, or the rung.
        case reduced, rung

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
            case .reduced: "reduced"
            case .rung: "rung"
            }
        }
        /// The caller answered without the real thing, or with less of it.
        var isDegraded: Bool {
            switch self {
            case .cached, .generic, .static, .empty, .skipped, .reduced, .rung: true
            case .notCalled, .ok, .failed, .compensated, .shed: false
            }
        }
        /// The callee itself did what it was asked for, if perhaps less well.
        var isAnswered: Bool {
            switch self {
            case .ok, .reduced, .rung: true
            default: false
            }
        }
    }
    /// No call that was made came to anything but ok.
    var isPlain: Bool { (words.0 | words.1 | words.2 | words.3) & 0xEEEE_EEEE_EEEE_EEEE == 0 }

    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    private var details: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Of `reduced` the tenths of quality, of `rung` its number: 1 to 15.
    func detail(of edge: Int) -> UInt8 { UInt8(Self.word(details, edge / 16) >> UInt64(edge % 16 * 4) & 15) }

    mutating func setDetail(_ detail: UInt8, of edge: Int) {
        let shift = UInt64(edge % 16 * 4)
        let cleared = Self.word(details, edge / 16) & ~(15 << shift)
        Self.set(&details, edge / 16, cleared | UInt64(min(detail, 15)) << shift)
    }

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

    private func word(_ index: Int) -> UInt64 { Self.word(words, index) }
    private mutating func setWord(_ index: Int, _ value: UInt64) { Self.set(&words, index, value) }

    private static func word(_ words: (UInt64, UInt64, UInt64, UInt64), _ index: Int) -> UInt64 {
        switch index {
        case 0: words.0
        case 1: words.1
        case 2: words.2
        default: words.3
        }
    }
    private static func set(_ words: inout (UInt64, UInt64, UInt64, UInt64), _ index: Int, _ value: UInt64) {
        switch index {
        case 0: words.0 = value
        case 1: words.1 = value
        case 2: words.2 = value
        default: words.3 = value
        }
    }

    static func == (a: EdgeResults, b: EdgeResults) -> Bool { a.words == b.words && a.details == b.details }
}
