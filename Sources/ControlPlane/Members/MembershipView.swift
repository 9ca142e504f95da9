import Membership
import MeshBase

/// The control plane's own place in the membership.
package protocol MembershipView: AnyObject {
    /// Where others find it.
    var gossip: Endpoint { get }
    /// Every member it knows, itself included, sorted by name.
    var members: [Member] { get }
    func member(named name: String) -> Member?
    /// Begins, and seeks the mesh through `seeds`.
    func start(seeds: [Endpoint])
    /// Seeks the mesh through further members.
    func join(seeds: [Endpoint])
    /// Says goodbye.
    func leave()
    func close()
}
