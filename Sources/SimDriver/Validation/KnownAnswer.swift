import MeshBase

/// A figure that theory gives, beside the simulator's.
package struct KnownAnswer: Sendable, Equatable, Encodable {
    package var name: String
    package var expected: Double
    package var observed: Double
    /// Of the observed mean; 0 where the answer is exact.
    package var standardError: Double

    /// Further off than that it is no accident.
    package static let mostErrors = 4.0

    package var isRight: Bool { abs(observed - expected) <= Self.mostErrors * standardError }

    /// From independent means of batches.
    init(_ name: String, expected: Double, batches: [Double]) {
        self.name = name
        self.expected = expected
        let count = Double(batches.count)
        let mean = batches.reduce(0, +) / count
        let variance = batches.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
        observed = mean
        standardError = (variance / count).squareRoot()
    }

    init(_ name: String, expected: Double, exactly observed: Double) {
        self.name = name
        self.expected = expected
        self.observed = observed
        standardError = 0
    }

    private enum CodingKeys: String, CodingKey {
        case name, expected, observed
        case standardError = "standard_error"
    }
}
