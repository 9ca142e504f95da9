import Feed
import MeshBase
import Reports
import UVDriver

/// Sends a recording to those who follow it, as fast as they read. Confined to the loop's thread.
final class ReplayDesk {
    private static let piece = 64 << 10
    /// What a reader may have untaken before it is sent more.
    private static let ahead = 256 << 10
    private static let interval = TimeAmount.milliseconds(5)

    private final class Reading {
        let id: SlabKey
        let file: RecordingFile
        var reader = RecordingReader()

        init(_ id: SlabKey, _ file: RecordingFile) {
            self.id = id
            self.file = file
        }
    }

    private let loop: EventLoop
    private let streams: HTTPStreams
    private let path: String
    private var readings: [Reading] = []
    private var timer: LoopTimer?

    init(loop: EventLoop, streams: HTTPStreams, path: String) {
        self.loop = loop
        self.streams = streams
        self.path = path
        streams.onEnd = { [weak self] id, _ in self?.readings.removeAll { $0.id == id } }
    }

    /// Sends it from its beginning.
    func follow(_ id: SlabKey) {
        guard let file = RecordingFile(path) else { return end(id, "the recording cannot be opened any more") }
        readings.append(Reading(id, file))
        if timer == nil {
            timer = try? LoopTimer(loop: loop) { [weak self] in self?.goOn() }
            timer?.start(after: .zero, every: Self.interval)
        }
    }

    func close() {
        timer?.close()
        timer = nil
        streams.endAll()
    }

    private func goOn() {
        // A stream that ends within a call is none of them then.
        for reading in readings { send(reading) }
        if readings.isEmpty {
            timer?.close()
            timer = nil
        }
    }

    private func send(_ reading: Reading) {
        while let untaken = streams.untaken(reading.id), untaken < Self.ahead {
            guard let bytes = reading.file.read(Self.piece), !bytes.isEmpty else {
                let told = reading.reader.end()
                if case .whole = told { return end(reading.id, "\(told)", isWhole: true) }
                return end(reading.id, "\(told)")
            }
            var isOpen = true
            do throws(RecordingReader.Malformed) {
                try reading.reader.take(bytes[...]) { message in
                    // Its own end is told with what there is to say of it.
                    if case .bye = message { return }
                    if isOpen { isOpen = streams.send(reading.id, message.serverSentEvent) }
                }
            } catch { if isOpen { return end(reading.id, error.damage) } }
            guard isOpen else { return }
        }
    }

    private func end(_ id: SlabKey, _ reason: String, isWhole: Bool = false) {
        streams.send(id, FeedMessage.bye(FeedBye(reason: reason, whole: isWhole)).serverSentEvent)
        streams.end(id)
    }
}
