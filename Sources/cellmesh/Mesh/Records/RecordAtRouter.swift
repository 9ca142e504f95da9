import ControlPlane
import Foundation
import MeshBase
import Reports
import UVDriver
import Wire

/// One record that is read and written through a router.
struct RecordAtRouter {
    enum Choice {
        case value([UInt8])
        case deletion
    }
    private let router: Endpoint
    private let target: String
    private let name: String

    init(_ router: Endpoint, customer: String, key: String) {
        self.router = router
        target = "/v1/customers/\(PercentText.encoded(customer))/records/\(PercentText.encoded(key))"
        name = "\(customer) \(key)"
    }

    /// As the router shows them.
    /// - Throws: where there is no conflict.
    func siblings() throws -> [SiblingsPage.Sibling] {
        let answer = try send(HTTPOutgoing(.get, router, target))
        switch answer.status {
        case 300:
            guard let siblings = ReportJSON.decode(SiblingsPage.self, answer.body)?.siblings, !siblings.isEmpty else {
                throw CommandFailure("the router answered with something that is no list of siblings")
            }
            return siblings
        case 200, 404:
            throw CommandFailure(
                .declined, "\(name) has no siblings: there is nothing to choose. Nothing was changed.",
                next: "cellmesh conflicts ls")
        default: throw failure(answer)
        }
    }

    func choice(_ sibling: SiblingsPage.Sibling) throws -> Choice {
        if sibling.deleted == true { return .deletion }
        if let text = sibling.text { return .value(Array(text.utf8)) }
        guard let base64 = sibling.base64, let data = Data(base64Encoded: base64) else {
            throw CommandFailure("the router answered with a sibling that has no value")
        }
        return .value([UInt8](data))
    }

    func bytes(ofFile path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.usage, "\(path) cannot be read")
        }
        return [UInt8](data)
    }

    func write(_ choice: Choice, over siblings: [SiblingsPage.Sibling]) throws {
        var request: HTTPOutgoing
        switch choice {
        case .value(let bytes): request = HTTPOutgoing(.put, router, target, body: bytes)
        case .deletion: request = HTTPOutgoing(.delete, router, target)
        }
        request.set("If-Match", "\"" + siblings.map(\.version).joined(separator: ",") + "\"")
        let answer = try send(request)
        guard answer.isSuccess else { throw failure(answer) }
    }

    private func send(_ request: HTTPOutgoing) throws -> HTTPAnswer {
        switch BlockingHTTPClient.send(request, timeout: .seconds(10)) {
        case .success(let answer): return answer
        case .failure(let error): throw CommandFailure(.unhealthy, "the router does not answer: \(error)")
        }
    }

    private func failure(_ answer: HTTPAnswer) -> CommandFailure {
        let detail = ReportJSON.decode(ProblemReport.self, answer.body)?.detail ?? "it says no more"
        return CommandFailure(
            answer.status >= 500 ? .unhealthy : .failed, "the router answered \(answer.status): \(detail)")
    }
}
