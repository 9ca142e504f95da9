import MeshBase
import Reports
import Topology
import UVDriver
import Wire

/// Asks several processes for the same page at once.
enum ReportCollector {
    /// How long a process may take to answer, once it is asked.
    static let patience = TimeAmount.seconds(3)
    /// Processes that are asked at a time.
    static let atOnce = 32

    /// `completion` is called once, with a report from each that was asked; nil from those that gave none in time.
    static func ask<Report: Decodable>(
        _ processes: [(name: ProcessName, admin: Endpoint)], _ target: String, as type: Report.Type,
        through client: HTTPClient, method: HTTPMethod = .get,
        _ completion: @escaping ([ProcessName: Report?]) -> Void
    ) {
        guard !processes.isEmpty else { return completion([:]) }
        let round = Round(processes, method, target, client, completion)
        for _ in 0..<min(atOnce, processes.count) { round.askNext() }
    }

    private final class Round<Report: Decodable> {
        private let processes: [(name: ProcessName, admin: Endpoint)]
        private let method: HTTPMethod
        private let target: String
        private let client: HTTPClient
        private let completion: ([ProcessName: Report?]) -> Void
        private var found: [ProcessName: Report?] = [:]
        private var next = 0

        init(
            _ processes: [(name: ProcessName, admin: Endpoint)], _ method: HTTPMethod, _ target: String,
            _ client: HTTPClient,
            _ completion: @escaping ([ProcessName: Report?]) -> Void
        ) {
            self.processes = processes
            self.method = method
            self.target = target
            self.client = client
            self.completion = completion
        }

        func askNext() {
            guard next < processes.count else { return }
            let process = processes[next]
            next += 1
            client.send(HTTPOutgoing(method, process.admin, target), timeout: patience) { [self] result in
                var report: Report?
                if case .success(let answer) = result, answer.isSuccess {
                    report = ReportJSON.decode(Report.self, answer.body)
                }
                found[process.name] = .some(report)
                if found.count == processes.count { return completion(found) }
                askNext()
            }
        }
    }
}

extension MembersReport {
    /// A view together with how many of the asked see the same.
    ///
    /// - Parameters:
    ///   - base: whose view; nil: `own`.
    ///   - views: of all that were asked.
    static func agreed(
        _ own: MembersReport, from base: ProcessName?, _ views: [ProcessName: MembersReport?]
    ) -> Result<MembersReport, APIFailure> {
        var report = own
        if let base {
            guard let view = views[base] ?? nil else {
                return .failure(APIFailure(504, "\(base) did not tell its view in time."))
            }
            report = view
        }
        report.agree = Agreement.count(report, among: [own] + views.values.compactMap { $0 })
        report.of = views.count + 1
        var namesakes: [String: String] = [:]
        for case let view? in views.values {
            guard let other = view.namesake else { continue }
            // The one that is not the member: whoever was asked is one of the two.
            let member = report.members.first { $0.name == view.observer }?.address
            namesakes[view.observer] =
                other != member ? other : view.members.first { $0.name == view.observer }?.address
        }
        report.namesake = nil
        report.namesakes = namesakes.isEmpty ? nil : namesakes
        return .success(report)
    }
}

extension MembersReport {
    /// The one node whose view is asked for; nil: the control plane's own.
    static func observer(_ name: String?, in topology: MeshTopology) throws(APIFailure) -> ProcessName? {
        guard let name else { return nil }
        let names: [ProcessName]
        do throws(UnknownTarget) { names = try TargetList([name], in: topology).processes } catch {
            throw APIFailure(404, error.description)
        }
        guard names.count == 1 else { throw APIFailure(400, "'\(name)' is not one node.") }
        return names[0].role == .control ? nil : names[0]
    }
}
