import ControlPlane
import Feed
import MeshBase
import Reports
import UVDriver
import Wire

/// Follows the feed of a mesh, and comes back where the control plane does.
final class FeedLink {
    private let loop: EventLoop
    private let directory: DataDirectory
    private let onMessages: ([FeedMessage]) -> Void
    private let onLost: (String) -> Void
    private var follower: HTTPFollower!
    private var reader = EventStreamReader()
    private var retry: LoopTimer?
    private var attempts = 0
    /// In milliseconds.
    private var period = 1_000
    private var detail: String?
    private var isClosed = false

    /// - Parameters:
    ///   - onMessages: of one piece of what has come.
    ///   - onLost: nothing comes for now, and why; it is tried again.
    init(
        loop: EventLoop, _ directory: DataDirectory, onMessages: @escaping ([FeedMessage]) -> Void,
        onLost: @escaping (String) -> Void
    ) {
        self.loop = loop
        self.directory = directory
        self.onMessages = onMessages
        self.onLost = onLost
        follower = HTTPFollower(
            loop: loop, onBytes: { [unowned self] in take($0) }, onEnd: { [unowned self] in lost($0) })
    }

    /// Asks for the feed, in place of what is followed.
    /// - Parameter detail: a cell whose vitals are told too.
    func follow(period: Int, detail: String?) {
        (self.period, self.detail) = (period, detail)
        connect()
    }

    func close() {
        isClosed = true
        retry?.close()
        follower.close()
    }

    private func connect() {
        guard !isClosed else { return }
        retry?.close()
        retry = nil
        reader = EventStreamReader()
        guard directory.controlHolder != nil, let client = try? ControlClient(directory) else {
            return again("the control plane does not run")
        }
        var target = "/v1/live?period=\(Double(period) / 1_000)"
        if let detail { target += "&detail=\(PercentText.encoded(detail))" }
        if let end = follower.begin(client.request(.get, target)) { lost(end) }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        do throws(EventStreamReader.Malformed) {
            let messages = try reader.take(bytes)
            attempts = 0
            if !messages.isEmpty { onMessages(messages) }
        } catch {
            follower.close()
            again("what the control plane tells is not understood: \(error.detail)")
        }
    }

    private func lost(_ end: HTTPFollower.End) {
        switch end {
        case .refused(let status, let body):
            let problem = ReportJSON.decode(ProblemReport.self, body)
            again(problem?.detail ?? "the control plane answers with \(status)")
        case .unreachable, .ended: again("the control plane does not answer")
        case .malformed: again("\(end)")
        }
    }

    private func again(_ reason: String) {
        guard !isClosed else { return }
        onLost(reason)
        attempts += 1
        // Somebody waits for it: in the first minute each second.
        let pause = attempts <= 60 ? TimeAmount.seconds(1) : .seconds(3)
        retry?.close()
        retry = try? LoopTimer.once(loop: loop, after: pause) { [weak self] in self?.connect() }
    }
}
