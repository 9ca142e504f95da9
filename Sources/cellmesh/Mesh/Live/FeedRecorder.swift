import ControlPlane
import Feed
import Reports

/// Writes the feed of a mesh down until it ends, the file is full, or Ctrl-C.
struct FeedRecorder {
    /// What came of it.
    struct Outcome {
        var bytes: Int
        var states: Int
        /// Why it ended: `interrupted`, `full`, or what the feed said.
        var reason: String
    }

    /// - Throws: where the file is there already, or cannot be written.
    static func record(_ mesh: DataDirectory, to path: String) throws -> Outcome {
        let stream = try FeedStream(mesh)
        let output = try RecordingOutput(path)
        var writer = RecordingWriter()
        var reader = DeltaReader()
        var states = 0
        var reason = "the feed ended"
        func write(_ message: FeedMessage) throws {
            if !output.append(writer.take(message)) { try output.close() }
        }
        reading: while !writer.isFull, let message = try stream.next(until: { Interruption.hasCome }) {
            switch message {
            case .state, .delta:
                states += 1
                guard (try? reader.take(message)) != nil, let state = reader.state else {
                    reason = "a change was missing"
                    break reading
                }
                // A reader may begin in the middle.
                try write(writer.wantsState(at: state.t) ? .state(state) : message)
            case .bye(let bye):
                reason = bye.reason
                break reading
            default: try write(message)
            }
        }
        if Interruption.hasCome { reason = "interrupted" }
        if writer.isFull { reason = "full" } else { try write(.bye(FeedBye(reason: reason))) }
        try output.close()
        return Outcome(bytes: writer.size, states: states, reason: reason)
    }
}
