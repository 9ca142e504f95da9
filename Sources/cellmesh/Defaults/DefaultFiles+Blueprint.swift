extension DefaultFiles {
    /// The blueprint that it names. Equal to `cells/storefront.yaml`; a test holds them together.
    static let storefront = """
        # An online shop. `checkout` is what customers call; it looks up the user, reserves stock, takes the payment, writes
        # the order down and books the parcel, one after the other. Call it through a router:
        #
        #   curl -X POST http://127.0.0.1:PORT/v1/customers/c1/services/checkout
        #
        # What may fail without failing the checkout: inventory (a fixed answer stands in, and the warehouse checks again) and
        # shipping (booked later). What may not: user, payment and order. When the order cannot be written, `refund` gives the
        # payment back.
        #
        # Every timeout leaves room for the calls that are made inside of it; `cellmesh validate` checks that.
        cell: storefront
        services:
          - name: checkout
            path: hot                                  # customers wait for it: a short queue at most
            pool: {workers: 64, queue: 128, overflow: priority}
            work: {wait: {p50: 1ms, p99: 4ms}, cpu: 20us}
            calls:                                     # 770 ms at most, within the router's attempt-timeout of 1 s
              - to: user
                timeout: 100ms
              - to: inventory
                timeout: 120ms
                criticality: enhanced                  # without it the answer is degraded, and says so
                fallback: [static]
              - to: payment
                timeout: 300ms
                compensation: refund                   # called when the order below fails
              - to: order
                timeout: 100ms
              - to: shipping
                timeout: 150ms
                criticality: enhanced
                fallback: [static, empty]

          - name: user
            pool: {workers: 64, queue: 64}
            work: {wait: {p50: 1ms, p99: 5ms}, cpu: 10us}

          - name: inventory
            pool: {workers: 48, queue: 64, overflow: drop-oldest}
            work: {wait: {p50: 2ms, p99: 8ms}, cpu: 10us}

          - name: payment
            pool: {workers: 48, queue: 64, overflow: priority}
            work: {wait: {p50: 4ms, p99: 20ms}, cpu: 30us}

          - name: order                                # writes the order down
            pool: {workers: 32, queue: 128, overflow: priority}
            work: {wait: {p50: 1ms, p99: 6ms}, cpu: 10us}

          - name: refund                               # rare and patient: the cold path queues deeply
            path: cold
            pool: {workers: 8, queue: 1000}
            work: {wait: {p50: 4ms, p99: 20ms}, cpu: 20us}

          - name: shipping
            pool: {workers: 32, queue: 64, overflow: age-limit}
            work: {wait: {p50: 3ms, p99: 15ms}, cpu: 10us}

        # Records of critical tier: majorities of the customer's shard for reads and writes. An acknowledged write survives
        # kill -9 of every process; `durability: machine` would also wait for the disk.
        store: {tier: critical, durability: process}

        """
}
