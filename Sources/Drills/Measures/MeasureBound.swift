import MeshBase

/// What a figure has to be, or must not be: `p99<1.5x baseline`, `lost_writes==0`, `success>=99.9%`.
package struct MeasureBound: Sendable, Equatable {
    /// The figure.
    package var measure: Measure
    /// How it has to stand to the bound.
    package var comparison: DrillClaim.Comparison
    /// The bound.
    package var bound: Bound

    /// To what it is compared.
    package enum Bound: Sendable, Equatable {
        /// A share 0...1, milliseconds, a number or a number a second, by the measure's unit.
        case figure(Double)
        /// So many times what it was in the baseline.
        case ofBaseline(Double)
        /// What the constants of the membership allow for, in this mesh.
        case ofProfile(Double)
    }

    /// Why a text is none.
    package struct Invalid: Error, Equatable, CustomStringConvertible {
        /// What is wrong, without a full stop.
        package var message: String
        /// What could have been meant.
        package var hint: String?
        package var description: String { message + (hint.map { "; \($0)" } ?? "") }

        /// - Parameter word: what was not found, among what; nil where there is nothing to suggest.
        package init(_ message: String, unknown word: String? = nil, among known: [String] = []) {
            self.message = message
            hint = word.flatMap { NearestWord.hint(for: $0, among: known, listing: "there are") }
        }
    }

    /// Whether it allows for none.
    package var isNone: Bool {
        guard case .figure(let limit) = bound else { return false }
        return switch comparison {
        case .atMost, .equal: limit <= 0
        case .below: limit <= 1
        case .atLeast, .above: false
        }
    }

    /// Whether it says how many there may be at most.
    package var isAbove: Bool { comparison == .atMost || comparison == .below || comparison == .equal }

    /// A figure that has to stand so to a bound.
    package init(_ measure: Measure, _ comparison: DrillClaim.Comparison, _ bound: Bound) {
        self.measure = measure
        self.comparison = comparison
        self.bound = bound
    }

    /// Parses `FIGURE COMPARISON BOUND`; spaces are optional.
    package init(text: String) throws(Invalid) {
        guard text.utf8.count <= 256 else { throw Invalid("a bound is written with at most 256 bytes") }
        guard let place = text.firstIndex(where: { "<>=".contains($0) }) else {
            throw Invalid("'\(text)' says no bound; write for example 'p99<50ms' or 'success>=99.9%'")
        }
        let rest = text[place...]
        // The longer ones first.
        guard
            let comparison = DrillClaim.Comparison.allCases.sorted(by: { $0.rawValue.count > $1.rawValue.count })
                .first(where: { rest.hasPrefix($0.rawValue) })
        else { throw Invalid("'\(text)' has no comparison: <, <=, ==, >=, >") }
        let measure = try Measure(text: String(text[..<place]))
        let bound = try Bound(text: String(rest.dropFirst(comparison.rawValue.count)), of: measure.figure)
        self.init(measure, comparison, bound)
    }

    /// As it is written.
    package var text: String { measure.text + comparison.rawValue + bound.text(measure.figure) }
}

extension MeasureBound.Bound {
    /// Parses a bound in the measure's unit, `1.5x baseline`, or `profile`.
    package init(text: String, of figure: Measure.Figure) throws(MeasureBound.Invalid) {
        let words = text.split(separator: " ").map(String.init)
        if words.last == "baseline" {
            let factor = words.dropLast().joined()
            guard factor.hasSuffix("x"), let number = Syntax.decimal(factor.dropLast()), number > 0 else {
                throw MeasureBound.Invalid("'\(text)' is no bound; write for example '1.5x baseline'")
            }
            guard figure.isOfRequests else {
                throw MeasureBound.Invalid("'\(figure.name)' has no baseline: it is counted once something was done")
            }
            self = .ofBaseline(number)
            return
        }
        let word = words.joined()
        if word == "profile" || word.hasSuffix("xprofile") {
            guard figure == .detection || figure == .agreement else {
                throw MeasureBound.Invalid("no profile says anything of '\(figure.name)'")
            }
            guard let factor = word == "profile" ? 1 : Syntax.decimal(word.dropLast(8)), factor > 0 else {
                throw MeasureBound.Invalid("'\(text)' is no bound; write for example '3x profile'")
            }
            self = .ofProfile(factor)
            return
        }
        let number: Double? =
            switch figure.unit {
            case .share: Syntax.ratio(word).flatMap { $0 <= 1 ? $0 : nil }
            case .milliseconds: Syntax.duration(word)?.milliseconds
            case .count, .ratio: Syntax.decimal(word[...])
            case .perSecond: Syntax.decimal(word.hasSuffix("/s") ? word.dropLast(2) : word[...])
            }
        guard let number else {
            throw MeasureBound.Invalid("'\(word.prefix(64))' is no bound of '\(figure.name)'; write \(figure.example)")
        }
        self = .figure(number)
    }

    /// As it is written.
    package func text(_ figure: Measure.Figure) -> String {
        switch self {
        case .figure(let number): figure.written(number)
        case .ofBaseline(let factor): "\(Syntax.written(factor))x baseline"
        case .ofProfile(1): "profile"
        case .ofProfile(let factor): "\(Syntax.written(factor))x profile"
        }
    }
}

extension Measure.Figure {
    fileprivate var example: String {
        switch unit {
        case .share: "a share, such as 99.9%"
        case .milliseconds: "a duration, such as 50ms"
        case .count: "a number, such as 0"
        case .perSecond: "a number a second, such as 900"
        case .ratio: "a number, such as 1.2"
        }
    }

    /// A figure as people write it.
    package func written(_ number: Double) -> String {
        switch unit {
        case .share: "\(Syntax.written((number * 1e8).rounded() / 1e6))%"
        case .milliseconds: Syntax.written(.nanoseconds(Int64(min(max(number, 0), 1e12) * 1_000_000)))
        case .count, .ratio: Syntax.written(number)
        case .perSecond: "\(Syntax.written(number))/s"
        }
    }
}
