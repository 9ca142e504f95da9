import ControlPlane
import Feed
import MeshBase
import Reports
import Telemetry
import Terminal
import UVDriver

/// `top` where there is no screen: one table, or a document each tick.
final class TopPlain {
    private let loop: EventLoop
    private let console: Console
    private let directory: DataDirectory
    private let charset: Charset
    private let isOnce: Bool
    private var model: TopModel
    private var link: FeedLink!
    private var hasTold = false
    private var failure: CommandFailure?
    private var patience: LoopTimer?
    private var toldLoss = false

    /// How long the first state may take to come.
    private static let patience = TimeAmount.seconds(5)

    /// - Parameter isOnce: one report, then the end; tables are always one.
    init(_ directory: DataDirectory, _ model: TopModel, _ console: Console, charset: Charset, isOnce: Bool) throws {
        loop = try EventLoop()
        self.directory = directory
        self.console = console
        self.charset = charset
        self.isOnce = isOnce || !(console.format == .json || console.format == .yaml)
        self.model = model
        link = FeedLink(
            loop: loop, directory, onMessages: { [unowned self] in take($0) }, onLost: { [unowned self] in lost($0) })
    }

    func run() throws {
        defer {
            link.close()
            loop.close()
        }
        patience = try LoopTimer.once(loop: loop, after: Self.patience) { [unowned self] in
            guard !hasTold else { return }
            if let silent = model.silent {
                console.message("not all has been heard of yet: nothing was told by \(silent)")
                hasTold = true
                return tell()
            }
            fail("the control plane of mesh '\(directory.name)' has told nothing for 5 s")
        }
        link.follow(period: model.period, detail: nil)
        loop.run()
        if let failure { throw failure }
    }

    private func fail(_ text: String) {
        failure = CommandFailure(.unhealthy, text, next: "cellmesh status")
        loop.stop()
    }

    private func lost(_ reason: String) {
        model.lost(reason)
        guard hasTold else { return fail("mesh '\(directory.name)': \(reason)") }
        if !toldLoss { console.message("no news: \(reason)") }
        toldLoss = true
    }

    private func take(_ messages: [FeedMessage]) {
        var isTick = false
        for message in messages {
            if model.take(message, now: loop.now()) {
                link.follow(period: model.period, detail: nil)
                return
            }
            switch message {
            case .state, .delta: isTick = true
            default: break
            }
        }
        guard isTick else { return }
        toldLoss = false
        if hasTold { return tell() }
        // A mesh that has just started is not known at once: what is printed once should not be half of it.
        if isOnce, model.silent?.isEmpty == false { return }
        hasTold = true
        // What happened lately comes behind the first state.
        if (try? LoopTimer.once(loop: loop, after: .milliseconds(100), { [weak self] in self?.tell() })) == nil {
            tell()
        }
    }

    private func tell() {
        do {
            if model.view == .traces {
                let heads = try TracePages.list(directory).heads
                model.traces = Array(heads.sorted { $0.began > $1.began }.prefix(TracePoll.most))
            }
            if let text { console.document(text) }
        } catch let problem as CommandFailure { failure = problem } catch { failure = CommandFailure("\(error)") }
        if isOnce || StandardOutput.isBroken || failure != nil { loop.stop() }
    }

    private var text: String? {
        let now = loop.now()
        switch console.format {
        case .json:
            return model.document(now).map { DocumentText.json($0, isOnce ? .pretty : .compact) + "\n" }
        case .yaml: return model.document(now).map { DocumentText.yaml($0) }
        case .name: return model.names.map { $0 + "\n" }.joined()
        case .table, .wide:
            // Where nobody knows a width all columns are there.
            let width = console.format == .wide ? 400 : console.width ?? 400
            let lines = TopScreen.table(model, width: width, charset, now: now)
            return lines.map { line in
                (console.paintsData ? line.painted(charset, hasColors: true) : charset.fitted(line.text)) + "\n"
            }.joined()
        }
    }
}
