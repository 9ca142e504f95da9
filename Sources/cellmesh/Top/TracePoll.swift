import ControlPlane
import MeshBase
import Reports
import UVDriver
import Wire

/// The traces that processes keep, read now and then beside everything else.
final class TracePoll {
    static let interval = TimeAmount.seconds(3)
    /// So far back they are listed, in milliseconds.
    private static let window = 120_000.0
    static let most = 500

    private let http: HTTPClient
    private let directory: DataDirectory
    private let onTraces: ([TraceHead]) -> Void
    private var left = 0
    private var heads: [TraceHead] = []
    /// Of the control plane, which has those of processes that are gone.
    private var kept: [TraceHead] = []

    init(_ http: HTTPClient, _ directory: DataDirectory, onTraces: @escaping ([TraceHead]) -> Void) {
        self.http = http
        self.directory = directory
        self.onTraces = onTraces
    }

    /// Asks every process that runs, unless answers are still waited for.
    /// - Parameter now: milliseconds since 1970.
    func ask(now: Int64) {
        guard left == 0 else { return }
        let since = Int64(Double(now) - Self.window)
        let target = "/v1/traces?since=\(since)"
        var requests = directory.processes.filter(\.identity.isRunning).compactMap(\.addresses.admin).map {
            (HTTPOutgoing(.get, $0, target), isControl: false)
        }
        if directory.controlHolder != nil, let control = try? ControlClient(directory) {
            requests.append((control.request(.get, target), isControl: true))
        }
        left = requests.count
        (heads, kept) = ([], [])
        if requests.isEmpty { onTraces([]) }
        for (request, isControl) in requests {
            http.send(request, timeout: .seconds(2)) { [weak self] in self?.take($0, isControl: isControl) }
        }
    }

    private func take(_ result: Result<HTTPAnswer, HTTPClientError>, isControl: Bool) {
        if case .success(let answer) = result, answer.isSuccess,
            let page = ReportJSON.decode(TraceListPage.self, answer.body)
        {
            if isControl { kept += page.traces } else { heads += page.traces }
        }
        left -= 1
        guard left == 0 else { return }
        let joined = TraceFilter.joined(TraceFilter.merged(heads, kept: kept)).sorted { $0.began > $1.began }
        onTraces(Array(joined.prefix(Self.most)))
    }
}
