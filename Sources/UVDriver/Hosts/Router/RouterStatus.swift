import MeshBase
import Nodes
import Reports
import Sharding
import Telemetry
import Topology
import Wire

/// What a router tells the mesh's own users, made anew each second at most, by this router alone.
struct RouterStatus {
    /// Customers that are looked at, evenly of all: enough for whole percents.
    private static let mostCustomers = 10_000

    private var status: PublicStatus?
    private var made = Instant.zero
    /// The counts of customers, and what they are of.
    private var counted: (version: UInt64, taking: CellSet, facts: PublicStatus.Facts)?
    private var json: [UInt8]?
    private var html: [UInt8]?

    /// Looks anew where the last look is a second old.
    ///
    /// - Parameter wall: nanoseconds since 1970.
    mutating func look(_ node: UnsafeMutablePointer<RouterNode>, now: Instant, wall: Int64) {
        guard status == nil || now - made >= .seconds(1) else { return }
        made = now
        let version = node.pointee.healthVersion
        let taking: CellSet
        var facts: PublicStatus.Facts
        if let counted, counted.version == version {
            (taking, facts) = (counted.taking, counted.facts)
        } else {
            taking = CellUse(node.pointee.ledger.table, node.pointee.topology).taking
            facts = Self.count(node, taking)
            counted = (version, taking, facts)
        }
        facts.services = node.pointee.serviceSights(of: taking).map { sight in
            var service = PublicStatus.Facts.Service(sight.name)
            (service.full, service.reduced, service.failed) = (sight.full, sight.reduced, sight.failed)
            (service.cells, service.shut) = (sight.cells, sight.shut)
            return service
        }
        let time = Timestamp.string(wall, .seconds)
        var next = PublicStatus(facts, since: time)
        if let status, status.state == next.state { next.since = status.since }
        if next != status {
            (json, html) = (nil, nil)
            status = next
        }
    }

    /// Which customers have which of their cells; changes only where cells or placements do.
    private static func count(_ node: UnsafeMutablePointer<RouterNode>, _ taking: CellSet) -> PublicStatus.Facts {
        var facts = PublicStatus.Facts()
        let topology = node.pointee.topology
        facts.hasRecords = node.pointee.hasRecords
        facts.regions = topology.regions.map { PublicStatus.Facts.Region($0.name, cells: 0, serving: 0) }
        for cell in taking {
            let region = topology.cells[cell.position].region
            facts.regions[region].cells += 1
            if node.pointee.isServing(cell) { facts.regions[region].serving += 1 }
        }
        let step = max(1, topology.customers.count / mostCustomers)
        for number in stride(from: 1, through: topology.customers.count, by: step) {
            let shard = node.pointee.shard(of: CustomerHash(number: number))
            let serving = node.pointee.serving(of: shard)
            facts.customers += 1
            if serving == 0 {
                facts.lost += 1
            } else if serving < shard.count {
                facts.degraded += 1
            }
            if node.pointee.hasQuorum(shard) == false { facts.noQuorum += 1 }
        }
        return facts
    }

    /// As JSON, or as a page.
    mutating func document(isPage: Bool) -> [UInt8] {
        guard let status else { return [] }
        if isPage {
            let made = html ?? Array(status.page.render().utf8)
            html = made
            return made
        }
        let made = json ?? ReportJSON.encode(status)
        json = made
        return made
    }
}

extension RouterFront {
    /// Answers what is neither a record nor a service: how well the mesh is, and one customer.
    ///
    /// - Returns: false for anything else.
    func answerStatus(_ stream: StreamPointer) -> Bool {
        let request = stream.pointee.request
        let bytes = stream.pointee.input.bytes
        let isWhole = request.path.isExactly("/status", in: bytes)
        let customer = isWhole ? nil : HTTPRoute.customerOfStatus(request.path, in: bytes)
        guard isWhole || customer != nil else { return false }
        guard request.method == .get || request.method == .head else {
            let problem = HTTPProblem(
                status: 405, detail: .fixed("This method does not exist here; see Allow."), policy: "routing")
            respond(stream, problem, field: ("Allow", "GET, HEAD"))
            return true
        }
        if let customer {
            let name = customer.text(in: bytes)
            let shard = node.pointee.shard(of: CustomerHash(name))
            let records = node.pointee.hasQuorum(shard).map { $0 ? PublicCustomerStatus.Records.ok : .refused }
            let document = PublicCustomerStatus(
                customer: name, serving: node.pointee.serving(of: shard), of: shard.count, records: records)
            respond(stream, status: 200, contentType: "application/json", body: ReportJSON.encode(document))
            return true
        }
        status.look(node, now: loop.now(), wall: loop.wallClock())
        let isPage = Self.wantsPage(request.accept.text(in: bytes))
        respond(
            stream, status: 200, contentType: isPage ? "text/html; charset=utf-8" : "application/json",
            body: status.document(isPage: isPage), fields: [("Cache-Control", "max-age=1"), ("Vary", "Accept")])
        return true
    }

    /// Whether a page stands before JSON in what a client takes; who takes anything gets JSON.
    static func wantsPage(_ accept: String) -> Bool {
        for part in accept.split(separator: ",") {
            let kind = part.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
            if kind == "text/html" || kind == "application/xhtml+xml" { return true }
            if kind == "application/json" { return false }
        }
        return false
    }
}
