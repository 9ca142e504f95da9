import MeshBase

/// A regular expression that takes time in proportion to the text, whatever it says: it is looked for by a set of states
/// (Thompson 1968), and never by trying one way after the other. Python's words, as far as no way back is needed: `.`, classes,
/// `\d \w \s \b`, `^ $ \A \Z`, groups, `|`, `* + ? {2,5}`, and `(?i) (?s) (?m)` in front.
package struct LinearPattern: Sendable, Equatable {
    /// As it was written.
    package let text: String
    let program: [Instruction]
    let isFolded: Bool

    /// What it does at one place.
    enum Instruction: Sendable, Equatable {
        case scalar(ScalarSet)
        case assert(Assertion)
        /// The next instruction is tried, and this one.
        case split(Int)
        case jump(Int)
        case match
    }

    /// What has to hold between two characters.
    enum Assertion: Sendable, Equatable {
        case textBegins, textEnds
        /// Before a last line end too.
        case textAlmostEnds
        case lineBegins, lineEnds
        case boundary, noBoundary
    }

    /// Bytes of a pattern at most.
    package static let longest = 1_024
    /// Instructions at most.
    package static let mostInstructions = 2_000
    /// Scalars of a text that are looked at.
    package static let mostScalars = 65_536

    /// Why a text is no such pattern, without a full stop.
    package struct Invalid: Error, Equatable {
        package var message: String
    }

    /// Parses the written form.
    package init(text: String) throws(Invalid) {
        self.text = text
        guard text.utf8.count <= Self.longest else {
            throw Invalid(message: "a pattern has at most \(Self.longest) bytes")
        }
        var parser = PatternParser(text)
        let node = try parser.parse()
        var compiler = PatternCompiler()
        try compiler.compile(node)
        program = compiler.program + [.match]
        isFolded = parser.ignoresCase
    }

    /// Whether it is found anywhere in a text, of which `mostScalars` are looked at.
    package func isFound(in text: String) -> Bool {
        var search = PatternSearch(self)
        return search.isFound(in: text)
    }
}

/// One search: sets of instructions that are reached, scalar by scalar.
private struct PatternSearch {
    let pattern: LinearPattern
    /// By instruction, the last step in which it was reached.
    private var reached: [Int]
    private var step = 0
    private var states: [Int] = []
    private var pending: [Int] = []

    init(_ pattern: LinearPattern) {
        self.pattern = pattern
        reached = Array(repeating: -1, count: pattern.program.count)
    }

    mutating func isFound(in text: String) -> Bool {
        let scalars = Array(text.unicodeScalars.prefix(LinearPattern.mostScalars))
        for place in 0...scalars.count {
            step = place
            let waiting = states
            states = []
            // What has come here from the scalar before, and the beginning anew.
            for state in waiting where add(state, at: place, scalars) { return true }
            if add(0, at: place, scalars) { return true }
            guard place < scalars.count else { return false }
            let here = pattern.isFolded ? ScalarSet.folded(scalars[place]) : scalars[place]
            states = states.compactMap { state in
                if case .scalar(let set) = pattern.program[state], set.contains(here, folded: pattern.isFolded) {
                    state + 1
                } else {
                    nil
                }
            }
        }
        return false
    }

    /// Follows what needs no scalar.
    /// - Returns: whether the end of the pattern is reached.
    private mutating func add(_ first: Int, at place: Int, _ scalars: [Unicode.Scalar]) -> Bool {
        pending.append(first)
        while let state = pending.popLast() {
            guard reached[state] != step else { continue }
            reached[state] = step
            switch pattern.program[state] {
            case .match:
                pending = []
                return true
            case .jump(let to): pending.append(to)
            case .split(let to): pending += [to, state + 1]
            case .assert(let assertion): if Self.holds(assertion, at: place, scalars) { pending.append(state + 1) }
            case .scalar: states.append(state)
            }
        }
        return false
    }

    private static func holds(_ assertion: LinearPattern.Assertion, at place: Int, _ scalars: [Unicode.Scalar]) -> Bool
    {
        func isWord(_ place: Int) -> Bool { scalars.indices.contains(place) && ScalarSet.isWord(scalars[place]) }
        switch assertion {
        case .textBegins: return place == 0
        case .textEnds: return place == scalars.count
        case .textAlmostEnds: return place == scalars.count || place == scalars.count - 1 && scalars[place] == "\n"
        case .lineBegins: return place == 0 || scalars[place - 1] == "\n"
        case .lineEnds: return place == scalars.count || scalars[place] == "\n"
        case .boundary: return isWord(place - 1) != isWord(place)
        case .noBoundary: return isWord(place - 1) == isWord(place)
        }
    }
}
