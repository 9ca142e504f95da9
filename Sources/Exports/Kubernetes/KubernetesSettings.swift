/// What a team may choose of an export for Kubernetes.
package struct KubernetesSettings: Sendable, Equatable {
    /// The most that all pods of a namespace may ask for (A11).
    package struct Quota: Sendable, Equatable {
        /// Thousandths of a processor.
        package var processors = 100_000
        /// Bytes.
        package var memory = 200 << 30
        /// Claims of volumes.
        package var claims = 10
        /// Services of type LoadBalancer.
        package var loadBalancers = 2

        /// The catalogue's.
        package init() {}
    }

    /// What a container of a namespace may have (A11). Thousandths of a processor, and bytes.
    package struct Limits: Sendable, Equatable {
        /// The most.
        package var most = Resources(processors: 4_000, memory: 8 << 30)
        /// The least.
        package var least = Resources(processors: 100, memory: 128 << 20)
        /// Of one that names none.
        package var usual = Resources(processors: 1_000, memory: 1 << 30)

        /// The catalogue's.
        package init() {}
    }

    /// What holds a pod to the nodes of its region and zone.
    package enum Placement: String, Sendable, CaseIterable {
        /// It runs nowhere else.
        case required
        /// It runs elsewhere where there is no such node.
        case preferred
        /// Nodes are not asked for their labels.
        case none
    }

    /// How customers from outside of the cluster come to the routers.
    package enum ServiceType: String, Sendable, CaseIterable {
        /// Not at all, or through an Ingress of the team's own.
        case clusterIP = "ClusterIP"
        /// At a port of every node.
        case nodePort = "NodePort"
        /// At an address that the cloud gives.
        case loadBalancer = "LoadBalancer"
    }

    /// Where the mesh's secret comes from.
    package enum Secret: Sendable, Equatable {
        /// A Secret of this name in each namespace, made by somebody else; its key `secret` has the 32 bytes in hexadecimal.
        case existing(String)
        /// Written beside the rest, in a file of its own that nobody else may read; 64 hexadecimal digits.
        case written(String)

        /// What the Secret is called.
        ///
        /// - Parameter own: the name of one that is written.
        func name(own: String) -> String {
            if case .existing(let name) = self { name } else { own }
        }
    }

    /// The image of every container.
    package var image: String
    /// Of a team's own: it may hold more than this program.
    package var isOwnImage: Bool
    /// What the name of each namespace begins with.
    package var prefix: String
    package var secret: Secret
    package var quota = Quota()
    package var limits = Limits()
    package var placement = Placement.required
    package var service = ServiceType.clusterIP
    /// Bytes of a cell's volume.
    package var storage = 1 << 30
    /// Of volumes; nil: the cluster's own choice.
    package var storageClass: String?

    /// The catalogue's constants, and what has no usual value.
    package init(image: String, isOwnImage: Bool = false, prefix: String, secret: Secret) {
        self.image = image
        self.isOwnImage = isOwnImage
        self.prefix = prefix
        self.secret = secret
    }
}

/// What a container has: thousandths of a processor, and bytes.
package struct Resources: Sendable, Equatable {
    package var processors: Int
    package var memory: Int

    /// Thousandths of a processor, and bytes.
    package init(processors: Int, memory: Int) {
        self.processors = processors
        self.memory = memory
    }
}
