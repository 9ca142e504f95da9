/// How much of its work a service does for a call.
struct Served: Sendable, Equatable {
    /// Of its full quality, 1 to 100.
    var percent: UInt8 = 100
    /// Of its ladder; 0 is the best.
    var rung: UInt8 = 0

    static let full = Served()

    /// - Parameter quality: 0...1; what is above 0 does not become nothing.
    init(quality: Double = 1) { percent = UInt8(min(max((quality * 100).rounded(), 1), 100)) }

    var quality: Double { Double(percent) / 100 }
}
