/// What a request is worth, in millionths of the unit that its service counts in: sums are exact, so that what has left
/// is what came in.
public struct Worth: Sendable, Hashable, Comparable {
    /// Millionths; at least 0.
    public let millionths: Int64

    /// Less than 0 is 0.
    @inlinable public init(millionths: Int64) { self.millionths = max(millionths, 0) }

    /// Whole units; what is not to be counted is the most or nothing.
    @inlinable public init(_ units: Int64) {
        let product = units.multipliedReportingOverflow(by: 1_000_000)
        self.init(millionths: product.overflow ? (units < 0 ? 0 : .max) : product.partialValue)
    }

    /// Of no worth.
    public static let zero = Worth(millionths: 0)

    /// In units.
    public var units: Double { Double(millionths) / 1e6 }

    /// From a decimal, as in `X-Value: 1250.5`: digits, and at most six behind a point.
    ///
    /// - Returns: nil for anything else, and above 9 223 372 036 854: a value that is not understood is no value.
    public init?(parsing text: some StringProtocol) {
        var millionths: Int64 = 0
        var digits = 0
        var places = -1
        for byte in text.utf8 {
            if byte == UInt8(ascii: "."), places < 0, digits > 0 {
                places = 0
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), places < 6 else { return nil }
            let (ten, isTooMuch) = millionths.multipliedReportingOverflow(by: 10)
            let (sum, isMore) = ten.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !isTooMuch, !isMore else { return nil }
            millionths = sum
            digits += 1
            if places >= 0 { places += 1 }
        }
        guard digits > 0, places != 0 else { return nil }
        for _ in max(places, 0)..<6 {
            let (ten, isTooMuch) = millionths.multipliedReportingOverflow(by: 10)
            guard !isTooMuch else { return nil }
            millionths = ten
        }
        self.init(millionths: millionths)
    }

    /// The lesser is worth less.
    @inlinable public static func < (a: Worth, b: Worth) -> Bool { a.millionths < b.millionths }

    /// At most what can be counted.
    @inlinable public static func + (a: Worth, b: Worth) -> Worth {
        let sum = a.millionths.addingReportingOverflow(b.millionths)
        return Worth(millionths: sum.overflow ? .max : sum.partialValue)
    }

    /// At least zero.
    @inlinable public static func - (a: Worth, b: Worth) -> Worth { Worth(millionths: a.millionths - b.millionths) }
}
