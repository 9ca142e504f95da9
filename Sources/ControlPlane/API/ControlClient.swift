import MeshBase
import UVDriver
import Wire

/// The API as commands see it.
package struct ControlClient: Sendable {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// The control plane does not run, or cannot be reached.
        case unreachable(String)
        /// It said no.
        case refused(status: Int, detail: String)
        /// The answer is not what this release expects.
        case unexpected(String)

        package var description: String {
            switch self {
            case .unreachable(let reason): "the control plane does not answer: \(reason)"
            case .refused(_, let detail): detail
            case .unexpected(let what): "the control plane answered something unexpected: \(what)"
            }
        }
    }

    package let endpoint: Endpoint
    private let token: String
    private let mesh: String

    /// - Throws: `noMesh` where no control plane has said where it is.
    package init(_ directory: DataDirectory) throws(DataDirectoryError) {
        guard let control = try directory.control(), let endpoint = control.apiEndpoint else {
            throw .noMesh(home: directory.path)
        }
        self.endpoint = endpoint
        token = try directory.token()
        mesh = directory.name
    }

    package func request(_ method: HTTPMethod, _ target: String, body: [UInt8] = []) -> HTTPOutgoing {
        var request = HTTPOutgoing(method, endpoint, target, body: body)
        request.set("Authorization", "Bearer \(token)")
        if !body.isEmpty { request.set("Content-Type", "application/json") }
        return request
    }

    /// The body of a successful answer.
    package func send(
        _ method: HTTPMethod, _ target: String, body: [UInt8] = [], timeout: TimeAmount = .seconds(5)
    ) throws(Failure) -> [UInt8] {
        switch BlockingHTTPClient.send(request(method, target, body: body), timeout: timeout) {
        case .failure(let error): throw .unreachable(error.description)
        case .success(let answer):
            if answer.isSuccess { return answer.body }
            struct Problem: Decodable { var detail: String? }
            let problem = ReportJSON.decode(Problem.self, answer.body)
            throw .refused(status: answer.status, detail: problem?.detail ?? "status \(answer.status)")
        }
    }

    private func get<Report: Decodable>(
        _ type: Report.Type, _ target: String, timeout: TimeAmount = .seconds(5)
    ) throws(Failure) -> Report {
        try decode(type, try send(.get, target, timeout: timeout))
    }

    private func decode<Report: Decodable>(_ type: Report.Type, _ body: [UInt8]) throws(Failure) -> Report {
        guard let report = ReportJSON.decode(type, body) else {
            throw .unexpected(String(decoding: body.prefix(200), as: UTF8.self))
        }
        return report
    }

    package func status() throws(Failure) -> StatusReport { try get(StatusReport.self, "/v1/status") }
    package func processes() throws(Failure) -> ProcessesReport { try get(ProcessesReport.self, "/v1/processes") }
    package func impact() throws(Failure) -> ImpactReport { try get(ImpactReport.self, "/v1/impact") }
    package func members(from observer: String? = nil) throws(Failure) -> MembersReport {
        try get(MembersReport.self, "/v1/members" + (observer.map { "?from=\(Self.encoded($0))" } ?? ""))
    }

    /// - Parameter lease: after how long it heals by itself.
    package func perform(
        _ action: ProcessAction, _ targets: [String], lease: TimeAmount?, timeout: TimeAmount = .seconds(60)
    ) throws(Failure) -> ActionReport {
        let wanted = ActionRequest(targets: targets, leaseMilliseconds: lease?.millisecondsRoundedUp)
        let body = try send(.post, "/v1/\(action.rawValue)", body: ReportJSON.encode(wanted), timeout: timeout)
        return try decode(ActionReport.self, body)
    }

    package func down() throws(Failure) { _ = try send(.post, "/v1/down") }

    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126, 47: result.append(Character(Unicode.Scalar(byte)))
            default: result += "%" + SecretText.hex([byte])
            }
        }
        return result
    }
}
