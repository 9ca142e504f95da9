import MeshBase
import Topology

/// One call under an idempotency key that a client sends at a given time through a given router: for an order of events
/// that random arrivals meet too seldom.
///
/// Written `call front c1 k7 by router-1 @1s`: service, customer, key, router and the time since the load began. What is
/// written reads back as the same call.
package struct SimCall: Sendable, Hashable, CustomStringConvertible {
    /// Since the load began.
    package var at: TimeAmount
    /// The name of a service that no other service calls.
    package var service: String
    /// 1 ... count of the topology's customers.
    package var customer: Int
    /// Of the customer's keys, 0 or more; random calls draw theirs from the same numbers.
    package var key: Int
    /// The name of the router that is asked.
    package var router: String

    /// A call by its parts; whether the names exist is not asked.
    package init(at: TimeAmount, service: String, customer: Int, key: Int, router: String) {
        self.at = at
        self.service = service
        self.customer = customer
        self.key = key
        self.router = router
    }

    package var description: String {
        "call \(service) c\(customer) k\(key) by \(router) @\(SimFault.written(at))"
    }

    /// Parses the written form; nil for anything else. Whether the names exist is not asked.
    package init?(_ text: String) {
        guard text.utf8.count <= 512 else { return nil }
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 7, words[0] == "call", words[4] == "by", words[6].hasPrefix("@"),
            words[2].hasPrefix("c"), let customer = Int(words[2].dropFirst()),
            words[3].hasPrefix("k"), let key = Int(words[3].dropFirst()),
            let at = Syntax.duration(String(words[6].dropFirst())),
            let router = TargetSelector(text: words[5])?.nodeName
        else { return nil }
        self.init(
            at: at, service: words[1], customer: customer, key: key, router: router)
    }

    /// Why a mesh cannot be asked this, in words; nil when it can.
    func problem(in topology: MeshTopology, duration: TimeAmount) -> String? {
        if at < .zero || at > duration { return "'\(self)' lies outside of the load's \(duration.seconds) s" }
        if customer < 1 || customer > topology.customers.count { return "there is no customer c\(customer): '\(self)'" }
        if key < 0 { return "keys count from k0: '\(self)'" }
        if !topology.routers.contains(where: { $0.name == router }) { return "there is no router \(router): '\(self)'" }
        if !ClientProcess.entries(of: topology).contains(service) {
            return "clients call no service \(service): '\(self)'"
        }
        return nil
    }
}
