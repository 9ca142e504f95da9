import MeshBase

/// The steps that a request has come through and what each had left: header `X-Deadline-Chain`, as
/// `router:5.000,checkout:4.950`. At most 16 steps; what comes later is `...`.
public struct DeadlineChain: Sendable, Equatable {
    /// One step.
    public struct Step: Sendable, Equatable {
        /// 1...64 letters, digits, `-`, `_`, `.` or `/`.
        public let name: String
        /// Zero or more, in whole milliseconds.
        public let remaining: TimeAmount
    }

    /// How many steps are named.
    public static let mostSteps = 16
    /// The longest name of a step, in bytes.
    public static let longestName = 64
    /// The longest text that is looked at, in bytes.
    public static let longestText = mostSteps * (longestName + 16) + 4

    /// Those that are named, in order.
    public private(set) var steps: [Step] = []
    /// Whether more came after them.
    public private(set) var isCut = false

    /// No step yet.
    public init() {}

    /// Whether there is no step.
    public var isEmpty: Bool { steps.isEmpty }

    /// Reads a header; nil where it is none: too long, too many steps, a name or a figure that cannot be.
    public init?(_ text: some StringProtocol) {
        guard !text.isEmpty else { return nil }
        guard text.utf8.count <= Self.longestText else { return nil }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard !isCut else { return nil }
            if part == "..." {
                guard steps.count == Self.mostSteps else { return nil }
                isCut = true
                continue
            }
            guard steps.count < Self.mostSteps, let step = Self.step(part) else { return nil }
            steps.append(step)
        }
    }

    private static func step(_ part: some StringProtocol) -> Step? {
        let halves = part.split(separator: ":", omittingEmptySubsequences: false)
        guard halves.count == 2, isName(halves[0]) else { return nil }
        let figures = halves[1].split(separator: ".", omittingEmptySubsequences: false)
        guard figures.count == 2, let whole = number(figures[0], 1...9), let part = number(figures[1], 3...3) else {
            return nil
        }
        return Step(name: String(halves[0]), remaining: .milliseconds(whole * 1_000 + part))
    }

    private static func number(_ text: some StringProtocol, _ digits: ClosedRange<Int>) -> Int64? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        return Int64(text)
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        (1...longestName).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                switch $0 {
                case 48...57, 65...90, 97...122, 45, 46, 47, 95: true
                default: false
                }
            }
    }

    /// Adds a step; beyond 16 it is only told that there were more.
    ///
    /// - Parameters:
    ///   - name: what it may not have in it becomes `_`, what is too long is cut.
    ///   - remaining: less than zero is zero, more than 31 years are 31 years.
    public mutating func append(_ name: String, remaining: TimeAmount) {
        guard steps.count < Self.mostSteps else {
            isCut = true
            return
        }
        var kept = ""
        for scalar in name.unicodeScalars.prefix(Self.longestName) {
            kept.unicodeScalars.append(Self.isName(String(scalar)) ? scalar : "_")
        }
        let milliseconds = min(max(remaining.nanoseconds, 0) / 1_000_000, 999_999_999_999)
        steps.append(Step(name: kept.isEmpty ? "_" : kept, remaining: .milliseconds(milliseconds)))
    }

    /// As the header has it.
    public var text: String {
        var text = ""
        for step in steps {
            let milliseconds = step.remaining.nanoseconds / 1_000_000
            let places = "\(milliseconds % 1_000 + 1_000)".dropFirst()
            text += "\(text.isEmpty ? "" : ",")\(step.name):\(milliseconds / 1_000).\(places)"
        }
        return isCut ? text + ",..." : text
    }
}
