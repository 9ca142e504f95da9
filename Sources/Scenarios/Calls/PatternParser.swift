/// What a pattern says, as a tree.
indirect enum PatternNode: Sendable, Equatable {
    case scalar(ScalarSet)
    case assert(LinearPattern.Assertion)
    case sequence([PatternNode])
    case either([PatternNode])
    /// At least so many times, at most so many; without end where nil.
    case times(PatternNode, Int, Int?)
}

/// Reads a pattern from the front.
struct PatternParser {
    private var rest: String.UnicodeScalarView.SubSequence
    private(set) var ignoresCase = false
    private var spansLines = false
    private var isMultiline = false
    private var depth = 0

    private static let deepest = 32
    private static let mostTimes = 1_000

    typealias Invalid = LinearPattern.Invalid

    init(_ text: String) { rest = text.unicodeScalars[...] }

    mutating func parse() throws(Invalid) -> PatternNode {
        try flags()
        let node = try alternatives()
        guard rest.isEmpty else { throw Invalid(message: "a ')' closes nothing") }
        return node
    }

    /// `(?ism)` in front.
    private mutating func flags() throws(Invalid) {
        guard rest.starts(with: "(?".unicodeScalars) else { return }
        let letters = rest.dropFirst(2).prefix { "aimsu".unicodeScalars.contains($0) }
        guard !letters.isEmpty, rest.dropFirst(2 + letters.count).first == ")" else { return }
        for letter in letters {
            switch letter {
            case "i": ignoresCase = true
            case "s": spansLines = true
            case "m": isMultiline = true
            default: break
            }
        }
        rest = rest.dropFirst(3 + letters.count)
    }

    private mutating func alternatives() throws(Invalid) -> PatternNode {
        var all = [try sequence()]
        while rest.first == "|" {
            rest.removeFirst()
            all.append(try sequence())
        }
        return all.count == 1 ? all[0] : .either(all)
    }

    private mutating func sequence() throws(Invalid) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = rest.first, scalar != "|", scalar != ")" {
            let node = try atom()
            nodes.append(try repeated(node))
        }
        return .sequence(nodes)
    }

    private mutating func repeated(_ node: PatternNode) throws(Invalid) -> PatternNode {
        let times: (Int, Int?)
        switch rest.first {
        case "*": times = (0, nil)
        case "+": times = (1, nil)
        case "?": times = (0, 1)
        case "{":
            guard let (counts, length) = try counts() else { return node }
            rest = rest.dropFirst(length - 1)
            times = counts
        default: return node
        }
        if case .assert = node { throw Invalid(message: "what has no width cannot be repeated") }
        rest.removeFirst()
        // How many are taken first is no matter where it is only looked for.
        if rest.first == "?" {
            rest.removeFirst()
        } else if rest.first == "+" || rest.first == "*" || rest.first == "{" {
            throw Invalid(message: "a repetition is repeated, or possessive: write it with a group")
        }
        return .times(node, times.0, times.1)
    }

    /// `{2}`, `{2,}`, `{,5}`, `{2,5}`; nil where the brace stands for itself, as in Python.
    private func counts() throws(Invalid) -> ((Int, Int?), length: Int)? {
        let inner = rest.dropFirst().prefix { $0 != "}" }
        guard inner.count <= 9, rest.dropFirst(inner.count + 1).first == "}" else { return nil }
        let parts = String(String.UnicodeScalarView(inner)).split(separator: ",", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            parts.contains(where: { !$0.isEmpty })
        else { return nil }
        let low = Int(parts[0]) ?? 0
        let high = parts.count == 1 ? low : parts[1].isEmpty ? nil : Int(parts[1])
        guard low <= Self.mostTimes, high ?? 0 <= Self.mostTimes else {
            throw Invalid(message: "something is repeated at most \(Self.mostTimes) times")
        }
        if let high, high < low { throw Invalid(message: "'{\(low),\(high)}' has its ends exchanged") }
        return ((low, high), inner.count + 2)
    }

    private mutating func atom() throws(Invalid) -> PatternNode {
        guard let scalar = rest.popFirst() else { return .sequence([]) }
        switch scalar {
        case ".": return .scalar(.any(withLineEnds: spansLines))
        case "^": return .assert(isMultiline ? .lineBegins : .textBegins)
        case "$": return .assert(isMultiline ? .lineEnds : .textAlmostEnds)
        case "(": return try group()
        case "[": return .scalar(try characterClass())
        case "\\": return try escape()
        case "*", "+", "?": throw Invalid(message: "'\(scalar)' repeats nothing")
        default: return .scalar(.of(scalar))
        }
    }

    private mutating func group() throws(Invalid) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw Invalid(message: "groups are at most \(Self.deepest) deep") }
        if rest.first == "?" {
            rest.removeFirst()
            if rest.first == ":" {
                rest.removeFirst()
            } else if rest.starts(with: "P<".unicodeScalars), let end = rest.firstIndex(of: ">") {
                rest = rest[rest.index(after: end)...]
            } else {
                throw Invalid(
                    message: "what looks ahead or behind, names what was found or sets flags within is not read here")
            }
        }
        let node = try alternatives()
        guard rest.popFirst() == ")" else { throw Invalid(message: "a group is not closed") }
        return node
    }

    private mutating func escape() throws(Invalid) -> PatternNode {
        guard let scalar = rest.popFirst() else { throw Invalid(message: "a backslash stands at the end") }
        switch scalar {
        case "A": return .assert(.textBegins)
        case "Z": return .assert(.textEnds)
        case "b": return .assert(.boundary)
        case "B": return .assert(.noBoundary)
        default: break
        }
        if let set = try Self.set(scalar) { return .scalar(set) }
        return .scalar(.of(try literal(scalar)))
    }

    private static func set(_ scalar: Unicode.Scalar) throws(Invalid) -> ScalarSet? {
        switch scalar {
        case "d": .of(.digit, isInverted: false)
        case "D": .of(.digit, isInverted: true)
        case "w": .of(.word, isInverted: false)
        case "W": .of(.word, isInverted: true)
        case "s": .of(.space, isInverted: false)
        case "S": .of(.space, isInverted: true)
        default: nil
        }
    }

    /// What a scalar behind a backslash stands for.
    private mutating func literal(_ scalar: Unicode.Scalar) throws(Invalid) -> Unicode.Scalar {
        switch scalar {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "f": return "\u{0C}"
        case "v": return "\u{0B}"
        case "x", "u":
            let count = scalar == "x" ? 2 : 4
            let digits = String(String.UnicodeScalarView(rest.prefix(count)))
            guard digits.unicodeScalars.count == count, let value = UInt32(digits, radix: 16),
                let found = Unicode.Scalar(value)
            else { throw Invalid(message: "'\\\(scalar)' needs \(count) hexadecimal digits") }
            rest = rest.dropFirst(count)
            return found
        case "0"..."9": throw Invalid(message: "what was found before ('\\\(scalar)') is not read here")
        case "a"..."z", "A"..."Z": throw Invalid(message: "'\\\(scalar)' means nothing")
        default: return scalar
        }
    }

    private mutating func characterClass() throws(Invalid) -> ScalarSet {
        var set = ScalarSet()
        if rest.first == "^" {
            rest.removeFirst()
            set.isInverted = true
        }
        var isFirst = true
        while let scalar = rest.popFirst() {
            if scalar == "]", !isFirst { return set }
            isFirst = false
            guard let low = try member(scalar, &set) else { continue }
            guard rest.first == "-", let after = rest.dropFirst().first, after != "]" else {
                set.ranges.append(low.value...low.value)
                continue
            }
            rest = rest.dropFirst(2)
            guard let high = try member(after, &set), low.value <= high.value else {
                throw Invalid(message: "a range of a class has no end, or its ends are exchanged")
            }
            set.ranges.append(low.value...high.value)
        }
        throw Invalid(message: "a class is not closed")
    }

    /// A scalar of a class; nil where it was a set of several, which is in it now.
    private mutating func member(_ scalar: Unicode.Scalar, _ set: inout ScalarSet) throws(Invalid) -> Unicode.Scalar? {
        guard scalar == "\\" else { return scalar }
        guard let escaped = rest.popFirst() else { throw Invalid(message: "a class is not closed") }
        if let kinds = try Self.set(escaped)?.kinds {
            set.kinds += kinds
            return nil
        }
        return escaped == "b" ? "\u{08}" : try literal(escaped)
    }
}

/// Writes a pattern out as instructions.
struct PatternCompiler {
    private(set) var program: [LinearPattern.Instruction] = []
    /// Nodes that were written out: what repeats nothing has no instruction and takes time all the same.
    private var written = 0

    mutating func compile(_ node: PatternNode) throws(LinearPattern.Invalid) {
        written += 1
        guard written <= LinearPattern.mostInstructions * 4 else { throw Self.tooLarge }
        switch node {
        case .scalar(let set): try append(.scalar(set))
        case .assert(let assertion): try append(.assert(assertion))
        case .sequence(let nodes): for node in nodes { try compile(node) }
        case .either(let nodes):
            var jumps: [Int] = []
            for (place, node) in nodes.enumerated() {
                guard place < nodes.count - 1 else {
                    try compile(node)
                    break
                }
                let split = program.count
                try append(.split(0))
                try compile(node)
                jumps.append(program.count)
                try append(.jump(0))
                program[split] = .split(program.count)
            }
            for jump in jumps { program[jump] = .jump(program.count) }
        case .times(let node, let low, let high):
            for _ in 0..<low { try compile(node) }
            guard let high else {
                let split = program.count
                try append(.split(0))
                try compile(node)
                try append(.jump(split))
                program[split] = .split(program.count)
                return
            }
            var splits: [Int] = []
            for _ in low..<high {
                splits.append(program.count)
                try append(.split(0))
                try compile(node)
            }
            for split in splits { program[split] = .split(program.count) }
        }
    }

    private static let tooLarge = LinearPattern.Invalid(message: "the pattern is too large: it repeats too much")

    private mutating func append(_ instruction: LinearPattern.Instruction) throws(LinearPattern.Invalid) {
        guard program.count < LinearPattern.mostInstructions else { throw Self.tooLarge }
        program.append(instruction)
    }
}
