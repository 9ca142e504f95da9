import ControlPlane
import MeshBase
import Reports
import UVDriver

extension ObservedImpact {
    /// A router has at most a million customers, of which a page holds some thousands.
    private static let mostPages = 1_000
    private static let attempts = 3

    /// Asks every router that runs for its customers.
    init(_ mesh: DataDirectory) throws {
        let found = try Self.routers(of: mesh)
        guard !found.isEmpty else {
            throw CommandFailure(.unhealthy, "no router of mesh '\(mesh.name)' runs", next: "cellmesh status")
        }
        var told: [(router: String, pages: [ImpactPage])] = []
        var silent: [String] = []
        for router in found {
            if let pages = Self.pages(router.admin) {
                told.append((router.name, pages))
            } else {
                silent.append(router.name)
            }
        }
        self.init(told)
        self.silent = silent
        guard !told.isEmpty else {
            throw CommandFailure(
                .unhealthy, "no router of mesh '\(mesh.name)' tells what it saw", next: "cellmesh status")
        }
    }

    /// Those of this host by the data directory, which needs no control plane; of other hosts only the control plane
    /// knows.
    private static func routers(of mesh: DataDirectory) throws -> [(name: String, admin: Endpoint)] {
        let own = mesh.processes.filter { $0.role == NodeRole.router.name && $0.identity.isRunning }
            .compactMap { file in Endpoint(file.admin).map { (file.name, $0) } }
        guard own.isEmpty, mesh.controlHolder != nil else { return own }
        return try APIClient(mesh).get("/v1/processes", as: ProcessesReport.self).processes.compactMap { process in
            guard process.role == NodeRole.router.name else { return nil }
            return process.admin.flatMap { Endpoint($0) }.map { (process.name, $0) }
        }
    }

    /// All pages of one fault; nil where the router does not answer.
    private static func pages(_ admin: Endpoint) -> [ImpactPage]? {
        for _ in 0..<attempts {
            var pages: [ImpactPage] = []
            var from: Int? = 0
            var isWhole = true
            while let place = from, pages.count < mostPages {
                let request = HTTPOutgoing(.get, admin, "/v1/impact/customers/\(place)")
                guard let answer = try? BlockingHTTPClient.send(request, timeout: APIClient.patience).get(),
                    answer.isSuccess, let page = ReportJSON.decode(ImpactPage.self, answer.body)
                else { return nil }
                // It is of another fault than the page before: from the beginning.
                if let first = pages.first, first.phase != page.phase {
                    isWhole = false
                    break
                }
                pages.append(page)
                from = page.next
            }
            if isWhole { return pages }
        }
        return nil
    }
}
