//! What can be set on a TCP connection, and where it goes from and to.

macro_rules! tcp_options {
    ($stream:ident) => {
        impl $stream {
            /// This side's address.
            ///
            /// # Errors
            ///
            /// Those of the system.
            pub fn local_addr(&self) -> io::Result<SocketAddr> {
                self.socket.source().local_addr()
            }

            /// The other side's address.
            ///
            /// # Errors
            ///
            /// Those of the system.
            pub fn peer_addr(&self) -> io::Result<SocketAddr> {
                self.socket.source().peer_addr()
            }

            /// Whether small writes are sent at once (`TCP_NODELAY`). Off at first.
            ///
            /// # Errors
            ///
            /// Those of the system.
            pub fn nodelay(&self) -> io::Result<bool> {
                self.socket.source().nodelay()
            }

            /// Sets [`nodelay`](Self::nodelay).
            ///
            /// # Errors
            ///
            /// Those of the system.
            pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
                self.socket.source().set_nodelay(nodelay)
            }

            /// How many routers a packet may pass (IPv4).
            ///
            /// # Errors
            ///
            /// Those of the system.
            pub fn ttl(&self) -> io::Result<u32> {
                self.socket.source().ttl()
            }

            /// Sets [`ttl`](Self::ttl).
            ///
            /// # Errors
            ///
            /// Those of the system.
            pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
                self.socket.source().set_ttl(ttl)
            }

            /// Whether an idle connection is probed (`SO_KEEPALIVE`).
            ///
            /// # Errors
            ///
            /// Those of the system.
            pub fn keepalive(&self) -> io::Result<bool> {
                socket2::SockRef::from(self.socket.source()).keepalive()
            }

            /// Has the connection probed after `idle`, or as late as the system does by itself
            /// where that cannot be set; `None` ends that.
            ///
            /// # Errors
            ///
            /// Those of the system.
            pub fn set_keepalive(&self, idle: Option<std::time::Duration>) -> io::Result<()> {
                let socket = socket2::SockRef::from(self.socket.source());
                match idle {
                    Some(idle) => {
                        socket.set_tcp_keepalive(&socket2::TcpKeepalive::new().with_time(idle))
                    }
                    None => socket.set_keepalive(false),
                }
            }

            /// How long a close waits for what is unsent (`SO_LINGER`).
            ///
            /// # Errors
            ///
            /// Those of the system.
            pub fn linger(&self) -> io::Result<Option<std::time::Duration>> {
                socket2::SockRef::from(self.socket.source()).linger()
            }

            /// Sets [`linger`](Self::linger), in whole seconds. Zero: closing drops what is unsent
            /// and resets the connection. More than zero: closing **blocks the thread**, and with
            /// it the loop. `None`: the system sends the rest by itself.
            ///
            /// # Errors
            ///
            /// Those of the system.
            pub fn set_linger(&self, linger: Option<std::time::Duration>) -> io::Result<()> {
                socket2::SockRef::from(self.socket.source()).set_linger(linger)
            }
        }
    };
}

pub(super) use tcp_options;
