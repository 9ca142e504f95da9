/// Why a laboratory does not begin: what was given, and what it takes.
package struct LabRefusal: Error, Equatable, Sendable {
    /// `rate 0: give more than 0 and at most 10000`.
    package let message: String

    /// Refuses in these words.
    package init(_ message: String) { self.message = message }

    /// Refuses unless a figure lies within its range.
    package static func check(_ name: String, _ value: Double, _ range: ClosedRange<Double>) throws(LabRefusal) {
        guard range.contains(value) else {
            throw LabRefusal("\(name) \(text(value)): give \(text(range.lowerBound)) to \(text(range.upperBound))")
        }
    }

    /// Refuses unless a count lies within its range.
    package static func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(LabRefusal) {
        guard range.contains(value) else {
            throw LabRefusal("\(name) \(value): give \(range.lowerBound) to \(range.upperBound)")
        }
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : String(value)
    }
}
