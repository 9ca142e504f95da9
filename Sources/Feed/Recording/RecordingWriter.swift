import Reports

/// Writes a feed down: NDJSON, a message a line, from the hello to the bye. It may be played again as it was.
package struct RecordingWriter: Sendable {
    /// The longest recording, in bytes.
    package static let mostBytes = 256 << 20
    /// A whole state is written so often, so that a reader may begin in the middle; in milliseconds.
    package static let stateInterval: Int64 = 60_000
    /// Room that is kept for the last line.
    private static let reserve = 128

    private let limit: Int
    /// Bytes so far.
    package private(set) var size = 0
    /// Messages that came after the end.
    package private(set) var dropped = 0
    private var hasEnded = false
    private var lastState: Int64?

    /// - Parameter limit: bytes at most.
    package init(limit: Int = RecordingWriter.mostBytes) { self.limit = limit }

    /// Whether nothing more is written.
    package var isFull: Bool { hasEnded }

    /// Whether a whole state is due in place of the next delta.
    package func wantsState(at t: Int64) -> Bool { lastState.map { t - $0 >= Self.stateInterval } ?? true }

    /// What is to be appended to the file; empty for a message that is in no recording, or too much. The last line says why
    /// there are no more.
    package mutating func take(_ message: FeedMessage) -> [UInt8] {
        if case .detail = message { return [] }
        guard !hasEnded else {
            dropped += 1
            return []
        }
        if case .state(let state) = message { lastState = state.t }
        if case .bye = message { hasEnded = true }
        var line = message.line
        if !hasEnded, size + line.count > limit - Self.reserve {
            hasEnded = true
            dropped += 1
            line = FeedMessage.bye(FeedBye(reason: "full")).line
        }
        size += line.count
        return line
    }
}
