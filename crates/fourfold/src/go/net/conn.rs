//! What connections and listeners have in common, written once for each kind of socket.
//!
//! Macros and not generic types, so that each kind shows its methods in its own documentation.

/// A connection: reading and writing, deadlines, closing.
macro_rules! conn {
    ($(#[$doc:meta])* $conn:ident over $stream:path) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $conn {
            inner: std::sync::Arc<Inner>,
        }

        struct Inner {
            stream: $stream,
            read: Half,
            write: Half,
        }

        impl $conn {
            pub(super) fn new(stream: $stream) -> $conn {
                let inner = Inner { stream, read: Half::default(), write: Half::default() };
                $conn { inner: std::sync::Arc::new(inner) }
            }

            #[inline]
            fn read_some(&self, buffer: &mut [u8]) -> io::Result<usize> {
                let Inner { stream, read, .. } = &*self.inner;
                read.check()?;
                fiber::checkpoint();
                match stream.try_read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        let _entered = entered();
                        fiber::wait(guarded(read, stream.read(buffer)))
                    }
                    done => done,
                }
            }

            #[inline]
            fn write_some(&self, bytes: &[u8]) -> io::Result<usize> {
                let Inner { stream, write, .. } = &*self.inner;
                write.check()?;
                fiber::checkpoint();
                match stream.try_write(bytes) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        let _entered = entered();
                        fiber::wait(guarded(write, stream.write(bytes)))
                    }
                    done => done,
                }
            }

            /// Reads what is there, awaited. 0: the other side has sent its last byte.
            ///
            /// # Errors
            ///
            /// As reading by a plain call.
            pub async fn read_async(&self, buffer: &mut [u8]) -> io::Result<usize> {
                guarded(&self.inner.read, self.inner.stream.read(buffer)).await
            }

            /// Writes all of `bytes`, awaited.
            ///
            /// # Errors
            ///
            /// As writing by a plain call.
            pub async fn write_all_async(&self, bytes: &[u8]) -> io::Result<()> {
                guarded(&self.inner.write, self.inner.stream.write_all(bytes)).await
            }

            /// Until when reads and writes may take, also those that wait already; `None`: for ever.
            pub fn set_deadline(&self, deadline: Option<Time>) {
                self.set_read_deadline(deadline);
                self.set_write_deadline(deadline);
            }

            /// As [`set_deadline`](Self::set_deadline), for reads only.
            pub fn set_read_deadline(&self, deadline: Option<Time>) {
                self.inner.read.set_deadline(deadline);
            }

            /// As [`set_deadline`](Self::set_deadline), for writes only.
            pub fn set_write_deadline(&self, deadline: Option<Time>) {
                self.inner.write.set_deadline(deadline);
            }

            /// Closes the connection, for all clones of it: whoever reads or writes fails with "use
            /// of closed network connection".
            ///
            /// # Errors
            ///
            /// With just that, if it was closed already.
            pub fn close(&self) -> io::Result<()> {
                let Inner { stream, read, write } = &*self.inner;
                read.check().or_else(|error| {
                    if super::half::is_closed(&error) { Err(error) } else { Ok(()) }
                })?;
                read.close();
                write.close();
                // The other side may have closed first.
                let _ = stream.shutdown(std::net::Shutdown::Both);
                Ok(())
            }

            /// Sends the end: the other side reads 0 once it has read what was written.
            ///
            /// # Errors
            ///
            /// Those of the system.
            pub fn close_write(&self) -> io::Result<()> {
                self.inner.write.check()?;
                self.inner.stream.shutdown(std::net::Shutdown::Write)
            }

            /// Takes no more: whoever reads finds the end.
            ///
            /// # Errors
            ///
            /// Those of the system.
            pub fn close_read(&self) -> io::Result<()> {
                self.inner.read.check()?;
                self.inner.stream.shutdown(std::net::Shutdown::Read)
            }
        }

        impl io::Read for $conn {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.read_some(buffer)
            }
        }

        impl io::Read for &$conn {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.read_some(buffer)
            }
        }

        impl io::Write for $conn {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.write_some(bytes)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        impl io::Write for &$conn {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.write_some(bytes)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        impl std::fmt::Debug for $conn {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($conn))
                    .field("read", &self.inner.read)
                    .field("write", &self.inner.write)
                    .finish_non_exhaustive()
            }
        }
    };
}

/// A listener: accepting, its deadline, closing.
macro_rules! listener {
    ($(#[$doc:meta])* $listener:ident over $inner:path, accepts $conn:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $listener {
            inner: std::sync::Arc<Listening>,
        }

        #[derive(Debug)]
        struct Listening {
            listener: $inner,
            half: Half,
        }

        impl $listener {
            pub(super) fn new(listener: $inner) -> $listener {
                let inner = Listening { listener, half: Half::default() };
                $listener { inner: std::sync::Arc::new(inner) }
            }

            /// Takes the next connection, waiting for it.
            ///
            /// # Errors
            ///
            /// Those of the system; "use of closed network connection" once it is closed, "i/o
            /// timeout" after its deadline.
            ///
            /// # Panics
            ///
            /// In a future: use [`accept_async`](Self::accept_async).
            pub fn accept(&self) -> io::Result<$conn> {
                fiber::checkpoint();
                let _entered = entered();
                fiber::wait(self.accept_async())
            }

            /// As [`accept`](Self::accept), awaited.
            ///
            /// # Errors
            ///
            /// As [`accept`](Self::accept).
            pub async fn accept_async(&self) -> io::Result<$conn> {
                let Listening { listener, half } = &*self.inner;
                let (stream, _) = guarded(half, listener.accept()).await?;
                Ok($conn::new(stream))
            }

            /// Until when an accept may take, also one that waits already; `None`: for ever.
            pub fn set_deadline(&self, deadline: Option<Time>) {
                self.inner.half.set_deadline(deadline);
            }

            /// Accepts no more, for all clones of it; whoever waits fails. The socket itself is
            /// closed with the last clone.
            ///
            /// # Errors
            ///
            /// "use of closed network connection" if it was closed already.
            pub fn close(&self) -> io::Result<()> {
                let half = &self.inner.half;
                half.check().or_else(|error| {
                    if super::half::is_closed(&error) { Err(error) } else { Ok(()) }
                })?;
                half.close();
                Ok(())
            }

            /// The connections one after the other, until it is closed or fails.
            pub fn incoming(&self) -> impl Iterator<Item = $conn> + '_ {
                std::iter::from_fn(|| self.accept().ok())
            }
        }
    };
}

pub(super) use {conn, listener};
