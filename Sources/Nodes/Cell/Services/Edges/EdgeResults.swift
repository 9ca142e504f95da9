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
